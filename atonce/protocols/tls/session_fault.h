#pragma once

#include "atonce/protocols/tls/session_state.h"

namespace atonce {

/// Each takes what OpenSSL's error queue says of the last call into `fault` and `detail`.
void note_handshake_failure(TlsSession::State& state);
void note_failure(TlsSession::State& state);
/// The connection ended within the handshake.
void note_closed(TlsSession::State& state);

}  // namespace atonce
