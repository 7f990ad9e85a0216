#pragma once

#include "atonce/protocols/client/client.h"

namespace atonce {

/// What the head of an answer says of the exchange.
void note_head(Fetched& into, const ResponseHead& head);

/// Bytes of a head that came as HTTP/2, as curl counts them: written as HTTP/1.1 would.
std::uint64_t written_bytes(const ResponseHead& head);

}  // namespace atonce
