#pragma once

#include "atonce/model/outcome.h"
#include "atonce/runtime/io.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// Opens one TCP connection and resets it, as health checkers do: nothing was sent, and a million connections closed in
/// order would stand in TIME_WAIT for a minute. Never fails: the attempt's verdict says what happened; `unfinished`
/// when it was cancelled. Source: connect(2), RFC 9293 3.5.
Task<Attempt> connect_once(Io& io, Endpoint to, Duration timeout);

}  // namespace atonce
