#pragma once

#include "atonce/model/result.h"
#include "atonce/model/verdict.h"

namespace atonce {

/// What an error of a connection that stood says of the exchange. `answered`: a byte of the answer had come.
Verdict verdict_of_loss(Error error, bool answered);
/// The same in words, for a person.
std::string_view sentence_of_loss(Error error, bool answered);

}  // namespace atonce
