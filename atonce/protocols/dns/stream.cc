#include "atonce/protocols/dns/stream.h"

#include <cerrno>
#include <vector>

#include "atonce/protocols/dns/datagrams.h"
#include "atonce/runtime/deadline.h"

namespace atonce {
namespace {

using Bytes = std::vector<std::byte>;

Bytes with_length(std::span<const std::byte> message) {
  Bytes framed{static_cast<std::byte>(message.size() >> 8), static_cast<std::byte>(message.size() & 0xff)};
  framed.insert(framed.end(), message.begin(), message.end());
  return framed;
}

Task<Result<Bytes>> exchange(Io& io, Endpoint server, Bytes question) {
  Result<Socket> socket = co_await connect(io, server);
  if (!socket) co_return std::unexpected(socket.error());
  const Result<void> sent = co_await send_all(io, *socket, question);
  if (!sent) co_return std::unexpected(sent.error());
  std::array<std::byte, 2> length;
  const Result<void> announced = co_await receive_exactly(io, *socket, length);
  if (!announced) co_return std::unexpected(announced.error());
  Bytes message(std::to_integer<std::size_t>(length[0]) << 8 | std::to_integer<std::size_t>(length[1]));
  const Result<void> received = co_await receive_exactly(io, *socket, message);
  if (!received) co_return std::unexpected(received.error());
  co_return message;
}

}  // namespace

Reply reply_of(Error error) {
  switch (error.code) {
    case ECANCELED: return {.kind = ReplyKind::cancelled, .error = error.code};
    case ETIMEDOUT: return {.kind = ReplyKind::silent, .error = error.code};
    case ENODATA:
    case EPIPE: return {.kind = ReplyKind::invalid, .error = error.code};  // The server hung up instead of answering.
    default: return {.kind = network_said(error.code) ? ReplyKind::unreachable : ReplyKind::local, .error = error.code};
  }
}

Task<Reply> ask_stream(Io& io, Endpoint server, Query query, Duration timeout) {
  query.set_id(static_cast<std::uint16_t>(io.random()));
  const Result<Bytes> message = co_await within(timeout, exchange(io, server, with_length(query.bytes())));
  if (!message) co_return reply_of(message.error());
  if (message_id(*message) != query.id() || !answers(*message, query)) co_return Reply{.kind = ReplyKind::invalid};
  Reply reply = read_reply(*message, query);
  if (reply.kind == ReplyKind::truncated) reply.kind = ReplyKind::invalid;
  co_return reply;
}

}  // namespace atonce
