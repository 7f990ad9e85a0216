#pragma once

#include <string>

#include "atonce/model/summary.h"

namespace atonce {

/// The account at the end of a run: each verdict's count and share, whether it balances, how long each phase took, and
/// what was ours.
std::string write_summary(const Summary& summary, bool colour);

}  // namespace atonce
