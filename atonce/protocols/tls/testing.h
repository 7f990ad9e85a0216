#pragma once

// For tests: a client and a server in one memory.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/tls_session.h"

namespace atonce::testing {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// How ciphertext gets from one to the other: in pieces of at most `piece` bytes, each looked at before the next.
struct Delivery {
  std::size_t piece = 1 << 20;
  std::size_t first = 0;  ///< size of the very first piece of each flight, when not 0
};

/// One flight of `from` to `to`; `look` lets the receiver act upon each piece.
inline bool deliver(TlsSession& from, TlsSession& to, const Delivery& delivery, const std::function<void()>& look) {
  const std::string flight(reinterpret_cast<const char*>(from.output().data()), from.output().size());
  from.output_sent(flight.size());
  std::size_t at = 0;
  while (at < flight.size()) {
    const std::size_t size = at == 0 && delivery.first != 0 ? delivery.first : delivery.piece;
    const std::string_view piece = std::string_view(flight).substr(at, size);
    to.feed(bytes_of(piece));
    look();
    at += piece.size();
  }
  return !flight.empty();
}

/// Until both are done, one has failed and the other knows, or nobody has anything to say.
inline void shake_hands(TlsSession& client, TlsSession& server, const Delivery& delivery = {}) {
  client.handshake();
  for (bool said = true; said;) {
    said = deliver(client, server, delivery, [&] { server.handshake(); });
    said = deliver(server, client, delivery, [&] { client.handshake(); }) || said;
  }
}

/// All plaintext that `session` has for now; `end` says what came behind it.
inline std::string read_all(TlsSession& session, TlsRead::Kind* end = nullptr) {
  std::string text;
  std::byte part[4'096];
  while (true) {
    const TlsRead read = session.read(part);
    if (read.kind != TlsRead::Kind::data) {
      if (end != nullptr) *end = read.kind;
      return text;
    }
    text.append(reinterpret_cast<const char*>(part), read.bytes);
  }
}

}  // namespace atonce::testing
