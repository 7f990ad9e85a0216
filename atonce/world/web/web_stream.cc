#include "atonce/world/web/web_stream.h"

namespace atonce {
namespace {

// What a client may still have on the way when we end a connection is read away, so that no RST overtakes our answer.
constexpr std::size_t drained_bytes_max = 1 << 20;
constexpr Duration drained_time_max = std::chrono::seconds(2);

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Task<Result<std::string_view>> WebStream::receive_some(Duration patience) {
  std::span<std::byte> room = received_small_;
  if (received_large_) room = *received_large_;
  const Result<std::size_t> size = co_await within(patience, receive(io_, socket_, room));
  if (!size) co_return std::unexpected(size.error());
  const std::string_view came = as_text(room.first(*size));
  co_return came;
}

Task<Result<std::string_view>> WebStream::read(Duration patience) {
  if (!tls_) {
    const Result<std::string_view> came = co_await receive_some(patience);
    co_return came;
  }
  if (!plaintext_) plaintext_ = std::make_unique<Large>();
  while (true) {
    const TlsRead got = tls_->read(*plaintext_);
    if (const Result<void> sent = co_await send_output(patience); !sent) co_return std::unexpected(sent.error());
    switch (got.kind) {
      case TlsRead::Kind::data: co_return as_text(std::span(*plaintext_).first(got.bytes));
      case TlsRead::Kind::ended:
      case TlsRead::Kind::cut: co_return std::string_view();
      case TlsRead::Kind::failed: co_return std::unexpected(Error{EPROTO});
      case TlsRead::Kind::needs_input: break;
    }
    const Result<std::string_view> came = co_await receive_some(patience);
    if (!came) co_return came;
    came->empty() ? tls_->input_ended() : tls_->feed(std::as_bytes(std::span(*came)));
  }
}

Task<Result<void>> WebStream::send_whole(std::span<const std::byte> bytes, Duration patience) {
  while (!bytes.empty()) {
    const Result<std::size_t> sent = co_await within(patience, send(io_, socket_, bytes));
    if (!sent) co_return std::unexpected(sent.error());
    bytes = bytes.subspan(*sent);
  }
  co_return Result<void>();
}

Task<Result<void>> WebStream::send_output(Duration patience) {
  if (tls_->output().empty()) co_return Result<void>();
  const Result<Permit> turn = co_await sending_.acquire();
  if (!turn) co_return std::unexpected(turn.error());
  while (!tls_->output().empty()) {
    // The session goes on meanwhile, and its output moves.
    const std::span<const std::byte> output = tls_->output();
    ciphertext_.assign(as_text(output));
    tls_->output_sent(output.size());
    const Result<void> sent = co_await send_whole(std::as_bytes(std::span(ciphertext_)), patience);
    if (!sent) co_return sent;
  }
  co_return Result<void>();
}

Task<Result<void>> WebStream::write(std::string_view bytes, Duration patience) {
  bytes_sent_ += bytes.size();
  if (!tls_) co_return co_await send_whole(std::as_bytes(std::span(bytes)), patience);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, 4 * large_bytes);
    bytes.remove_prefix(piece.size());
    if (!tls_->write(std::as_bytes(std::span(piece)))) co_return std::unexpected(Error{EPROTO});
    if (const Result<void> sent = co_await send_output(patience); !sent) co_return sent;
  }
  co_return Result<void>();
}

Task<Result<void>> WebStream::begin_tls(const TlsContext& context, std::string_view first, Duration patience) {
  tls_ = std::make_unique<TlsSession>(TlsSession::server(context));
  tls_->feed(std::as_bytes(std::span(first)));
  const Instant due = later(io_.now(), patience);
  received_large_ = std::make_unique<Large>();
  while (true) {
    const TlsStep step = tls_->handshake();
    if (const Result<void> sent = co_await send_output(patience); !sent) co_return sent;
    if (step == TlsStep::done) break;
    if (step == TlsStep::failed) co_return std::unexpected(Error{EPROTO});
    if (io_.now() >= due) co_return std::unexpected(Error{ETIMEDOUT});
    const Result<std::string_view> came = co_await receive_some(due - io_.now());
    if (!came) co_return std::unexpected(came.error());
    came->empty() ? tls_->input_ended() : tls_->feed(std::as_bytes(std::span(*came)));
  }
  received_large_.reset();
  co_return Result<void>();
}

Task<void> WebStream::finish() {
  const Instant due = later(io_.now(), drained_time_max);
  if (tls_) {
    tls_->close_notify();
    if (const Result<void> sent = co_await send_output(drained_time_max); !sent) co_return;
  }
  io_.finish_sending(socket_.handle());
  for (std::size_t drained = 0; drained < drained_bytes_max && io_.now() < due;) {
    const Result<std::string_view> came = co_await receive_some(due - io_.now());
    if (!came || came->empty()) co_return;
    drained += came->size();
  }
}

}  // namespace atonce
