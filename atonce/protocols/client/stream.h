#pragma once

#include <optional>
#include <string>

#include "atonce/protocols/tls/tls_session.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// The bytes of a connection, plain or over TLS. One task may receive while another sends.
class ByteStream {
 public:
  ByteStream(Io& io, Socket socket) : io_(io), socket_(std::move(socket)), flush_turn_(io, 1) {}

  Io& io() const { return io_; }
  Socket& socket() { return socket_; }
  const TlsSession* tls() const { return tls_ ? &*tls_ : nullptr; }

  /// Does the handshake of `session`. Our last flight is left for the first `send_all`, to go out with its bytes.
  ///
  /// Errors: EPROTO, see `tls()->fault()`; else as `receive` and `send`.
  Task<Result<void>> secure(TlsSession session);

  /// Over TLS: some bytes; 0 at the end of the stream, `cut` telling whether the peer said so. Errors: EPROTO; else as
  /// `receive`. Plain streams are received from by `receive(io, socket(), into)`, without a frame of its own.
  Task<Result<std::size_t>> receive_tls(std::span<std::byte> into);
  /// The same without waiting: EAGAIN when there is nothing for the reader.
  Task<Result<std::size_t>> receive_tls_now(std::span<std::byte> into);
  /// All of the bytes. `sent` is what the kernel took, ciphertext where there is TLS; it is right also after an error.
  Task<Result<void>> send_all(std::span<const std::byte> bytes);
  std::uint64_t sent() const { return sent_; }
  /// A TLS stream ended without close_notify: what came may not be all.
  bool cut() const { return cut_; }

  void close();

 private:
  Task<Result<std::size_t>> receive_tls(std::span<std::byte> into, WhenEmpty when_empty);
  /// Sends what the session wants to be sent, one task at a time.
  Task<Result<void>> flush();
  Task<Result<void>> send_plain(std::span<const std::byte> bytes);

  Io& io_;
  Socket socket_;
  std::optional<TlsSession> tls_;
  std::string outgoing_;  ///< ciphertext on its way: the session's own output may move under it
  std::uint64_t sent_ = 0;
  Limiter flush_turn_;
  bool cut_ = false;
};

}  // namespace atonce
