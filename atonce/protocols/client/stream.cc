#include "atonce/protocols/client/stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace atonce {
namespace {

// So much plaintext is encrypted before any of it is sent: one record.
constexpr std::size_t piece_bytes = 16 << 10;

}  // namespace

Task<Result<void>> ByteStream::secure(TlsSession session) {
  tls_.emplace(std::move(session));
  while (true) {
    const TlsStep step = tls_->handshake();
    if (step == TlsStep::done) co_return Result<void>();
    const Result<void> flushed = co_await flush();
    if (step == TlsStep::failed) co_return std::unexpected(Error{EPROTO});
    if (!flushed) co_return flushed;
    const Result<std::size_t> count = co_await receive(io_, socket_, tls_->input_space());
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      tls_->input_ended();
    } else {
      tls_->input_came(*count);
    }
  }
}

Task<Result<std::size_t>> ByteStream::receive_tls(std::span<std::byte> into) {
  return receive_tls(into, WhenEmpty::wait);
}

Task<Result<std::size_t>> ByteStream::receive_tls_now(std::span<std::byte> into) {
  return receive_tls(into, WhenEmpty::tell);
}

Task<Result<std::size_t>> ByteStream::receive_tls(std::span<std::byte> into, WhenEmpty when_empty) {
  while (true) {
    const TlsRead got = tls_->is_hungry() ? TlsRead{TlsRead::Kind::needs_input} : tls_->read(into);
    if (got.kind == TlsRead::Kind::data) co_return got.bytes;
    if (!tls_->output().empty()) {
      const Result<void> flushed = co_await flush();
      if (!flushed && got.kind == TlsRead::Kind::needs_input) co_return std::unexpected(flushed.error());
    }
    if (got.kind == TlsRead::Kind::failed) co_return std::unexpected(Error{EPROTO});
    cut_ |= got.kind == TlsRead::Kind::cut;
    if (got.kind != TlsRead::Kind::needs_input) co_return std::size_t{0};
    // Into the reader's own buffer first: the session's may move while another task sends.
    const Result<std::size_t> count =
        when_empty == WhenEmpty::wait ? co_await receive(io_, socket_, into) : co_await receive_now(io_, socket_, into);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) {
      tls_->input_ended();
    } else {
      tls_->feed(into.first(*count));
    }
  }
}

Task<Result<void>> ByteStream::send_plain(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const Result<std::size_t> count = co_await send(io_, socket_, bytes);
    if (!count) co_return std::unexpected(count.error());
    sent_ += *count;
    bytes = bytes.subspan(*count);
  }
  co_return Result<void>();
}

Task<Result<void>> ByteStream::flush() {
  const Result<Permit> turn = co_await flush_turn_.acquire();
  if (!turn) co_return std::unexpected(turn.error());
  Result<void> flushed;
  while (flushed && !tls_->output().empty()) {
    const std::span<const std::byte> output = tls_->output();
    outgoing_.assign(reinterpret_cast<const char*>(output.data()), output.size());
    tls_->output_sent(output.size());
    flushed = co_await send_plain(std::as_bytes(std::span(outgoing_)));
  }
  co_return flushed;
}

Task<Result<void>> ByteStream::send_all(std::span<const std::byte> bytes) {
  if (!tls_) co_return co_await send_plain(bytes);
  do {
    const auto piece = bytes.first(std::min(bytes.size(), piece_bytes));
    bytes = bytes.subspan(piece.size());
    if (!piece.empty() && !tls_->write(piece)) co_return std::unexpected(Error{EPROTO});
    const Result<void> flushed = co_await flush();
    if (!flushed) co_return flushed;
  } while (!bytes.empty());
  co_return Result<void>();
}

void ByteStream::close() {
  // A session that was not ended in order is not offered for resumption.
  if (tls_ && tls_->established()) tls_->close_notify();
  socket_.close();
}

}  // namespace atonce
