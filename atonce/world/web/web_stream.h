#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "atonce/protocols/tls/tls_session.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/requests.h"

namespace atonce {

/// One connection of the built-in server, with TLS or without. One task may read while another writes. An idle one
/// without TLS holds half a kilobyte.
class WebStream {
 public:
  WebStream(Io& io, Socket socket) : io_(io), socket_(std::move(socket)), sending_(io, 1) {}
  WebStream(const WebStream&) = delete;

  /// Some bytes, empty at the end; they are there until the next read. Errors: ETIMEDOUT when nothing came within
  /// `patience`, ECONNRESET, EPROTO (TLS), ECANCELED.
  Task<Result<std::string_view>> read(Duration patience);
  /// Sends all of it. Errors: ETIMEDOUT when the peer took nothing for `patience`, EPIPE, ECONNRESET, ECANCELED.
  Task<Result<void>> write(std::string_view bytes, Duration patience);

  /// Becomes a TLS connection, whose first bytes have been read already.
  Task<Result<void>> begin_tls(const TlsContext& context, std::string_view first, Duration patience);
  bool secure() const { return tls_ != nullptr; }
  std::string_view alpn() const { return tls_ ? tls_->alpn() : std::string_view(); }

  /// Ends the connection so that the peer gets all that was written: says so, and waits a little for its end.
  Task<void> finish();
  /// Ends it with RST.
  void break_off() { socket_.break_off(); }

  Result<Endpoint> peer() const { return io_.remote_endpoint(socket_.handle()); }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  static constexpr std::size_t small_bytes = 512;  // Most requests are shorter.
  static constexpr std::size_t large_bytes = 16 * 1024;
  using Large = std::array<std::byte, large_bytes>;

  Task<Result<std::string_view>> receive_some(Duration patience);
  Task<Result<void>> send_whole(std::span<const std::byte> bytes, Duration patience);
  Task<Result<void>> send_output(Duration patience);

  Io& io_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::unique_ptr<Large> received_large_;  ///< while much comes
  std::unique_ptr<Large> plaintext_;       ///< of TLS
  std::string ciphertext_;                 ///< on its way out
  Limiter sending_;                        ///< reading may have to send too: one at a time does
  std::array<std::byte, small_bytes> received_small_;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace atonce
