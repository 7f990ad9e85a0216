#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "atonce/model/exchange.h"
#include "atonce/protocols/client/stream.h"
#include "atonce/protocols/http/response_reader.h"

namespace atonce {

struct Origin;

/// What a connection receives into while it serves; idle ones have none.
using Buffer = std::unique_ptr<std::byte[]>;
inline constexpr std::size_t buffer_bytes = 16 << 10;

/// An HTTP/1.1 connection that stands, in the hands of one exchange or idle.
struct Connection {
  Connection(Io& io, Socket socket, const HttpLimits& limits) : stream(io, std::move(socket)), reader(limits) {}

  ByteStream stream;
  ResponseReader reader;
  Origin* origin = nullptr;
  IpAddress address;
  Buffer buffer;
  std::string outgoing;  ///< the request; kept for the next one
  Shared<TlsFacts> tls;  ///< of the handshake
  std::uint64_t exchanges = 0;
  Instant idle_since{};
  bool emptied = false;  ///< the last receive left nothing behind in the kernel
  // Neighbours among all idle ones of the pool, in the order in which they became idle.
  Connection* older = nullptr;
  Connection* newer = nullptr;
};

/// A connection on which several exchanges are under way at once (HTTP/2). Owns itself; the pool only knows of it.
class SharedConnection {
 public:
  virtual bool has_room() const = 0;
  /// A stream is about to be opened.
  virtual void reserve() = 0;

 protected:
  ~SharedConnection() = default;
};

}  // namespace atonce
