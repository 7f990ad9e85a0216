#pragma once

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/phase_watch.h"

namespace atonce {

/// The verdict, with what is known about it.
void fail(Fetched& into, Verdict verdict, int error, std::string_view detail);
/// The same of a step that was cut short: by its deadline, by the one of the whole, or by somebody outside.
void fail_cancelled(Fetched& into, const PhaseWatch& watch);

/// What the head of an answer says of the exchange.
void note_head(Fetched& into, const ResponseHead& head);

/// Bytes of a head that came as HTTP/2, as curl counts them: written as HTTP/1.1 would.
std::uint64_t written_bytes(const ResponseHead& head);

}  // namespace atonce
