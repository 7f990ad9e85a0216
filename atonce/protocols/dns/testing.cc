#include "atonce/protocols/dns/testing.h"

#include <memory>
#include <stdexcept>

#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

constexpr Duration shortage_pause = std::chrono::milliseconds(5);

unsigned u16_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<unsigned>(bytes[at]) << 8 | std::to_integer<unsigned>(bytes[at + 1]);
}

Socket must(Result<Socket> socket) {
  if (!socket) throw std::runtime_error("the test's name server cannot listen");
  return std::move(*socket);
}

Task<void> serve_datagrams(Io& io, std::shared_ptr<Socket> socket, Answerer answer) {
  std::array<std::byte, 2'048> buffer;
  while (true) {
    const auto received = co_await receive_from(io, *socket, buffer);
    if (!received && received.error().code == ECANCELED) co_return;
    if (!received) continue;
    const std::optional<Asked> asked = read_question(std::span(buffer).first(received->first));
    if (!asked) continue;
    for (const Packet& packet : answer(*asked)) {
      const auto sent = co_await send_to(io, *socket, packet.bytes(), received->second);
      if (!sent && sent.error().code == ECANCELED) co_return;
    }
  }
}

Task<void> serve_stream(Io& io, std::shared_ptr<Socket> stream, Answerer answer) {
  std::array<std::byte, 2> length;
  if (!co_await receive_exactly(io, *stream, length)) co_return;
  std::vector<std::byte> message(u16_at(length, 0));
  if (!co_await receive_exactly(io, *stream, message)) co_return;
  std::optional<Asked> asked = read_question(message);
  if (!asked) co_return;
  asked->over_stream = true;
  for (const Packet& packet : answer(*asked))
    if (!co_await send_all(io, *stream, packet.bytes())) co_return;
  io.finish_sending(stream->handle());
  // Stays open until the client has read all.
  const auto ended = co_await receive(io, *stream, length);
  static_cast<void>(ended);
}

Task<void> serve_streams(Scope* scope, std::shared_ptr<Socket> listener, Answerer answer) {
  while (true) {
    Result<Socket> stream = co_await accept(scope->io(), *listener);
    if (!stream) {
      // Most often no descriptor is left: whoever waits in the backlog is served when there is one again.
      if (!co_await sleep_for(scope->io(), shortage_pause)) co_return;
      continue;
    }
    scope->start(serve_stream, std::ref(scope->io()), std::make_shared<Socket>(std::move(*stream)), answer);
  }
}

}  // namespace

Packet& Packet::name(std::string_view text) {
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    u8(static_cast<unsigned>(label.size()));
    for (const char letter : label) u8(static_cast<unsigned char>(letter));
    text.remove_prefix(std::min(label.size() + 1, text.size()));
  }
  return u8(0);
}

Packet& Packet::address(std::string_view literal) {
  const IpAddress address = parse_address(literal).value();
  for (std::size_t i = 0; i < (address.family == Family::v4 ? 4u : 16u); ++i) u8(address.bytes[i]);
  return *this;
}

Packet& Packet::patch(std::size_t at, unsigned value) {
  bytes_[at] = static_cast<std::byte>(value >> 8);
  bytes_[at + 1] = static_cast<std::byte>(value & 0xff);
  return *this;
}

std::optional<Asked> read_question(std::span<const std::byte> message) {
  if (message.size() < question_at + 5 || u16_at(message, 4) != 1) return std::nullopt;
  Asked asked{.message{message.begin(), message.end()}};
  std::size_t at = question_at;
  while (at < message.size() && message[at] != std::byte{0}) {
    const auto length = std::to_integer<std::size_t>(message[at]);
    if (at + 1 + length >= message.size()) return std::nullopt;
    if (!asked.name.empty()) asked.name += '.';
    asked.name.append(reinterpret_cast<const char*>(message.data()) + at + 1, length);
    at += 1 + length;
  }
  if (at + 5 > message.size()) return std::nullopt;
  asked.type = static_cast<std::uint16_t>(u16_at(message, at + 1));
  asked.message.resize(at + 5);
  asked.edns = u16_at(message, 10) == 1;
  return asked;
}

Packet respond(const Asked& asked, unsigned code, unsigned answer_count, unsigned authorities) {
  Packet packet(asked.message);
  return packet.patch(2, 0x8180 | code).patch(6, answer_count).patch(8, authorities).patch(10, 0);
}

Packet respond_with(const Asked& asked, std::initializer_list<std::string_view> addresses, unsigned ttl_s) {
  Packet packet = respond(asked, 0, static_cast<unsigned>(addresses.size()));
  for (const std::string_view literal : addresses)
    packet.pointer(question_at).record(asked.type, ttl_s, asked.type == 1 ? 4 : 16).address(literal);
  return packet;
}

Packet respond_negative(const Asked& asked, unsigned code, unsigned ttl_s) {
  Packet packet = respond(asked, code, 0, 1);
  return packet.name("example").record(6, 3'600, 22).u8(0).u8(0).u32(1).u32(2).u32(3).u32(4).u32(ttl_s);
}

Packet framed(const Packet& packet) {
  Packet whole;
  whole.u16(static_cast<unsigned>(packet.size()));
  for (const std::byte byte : packet.bytes()) whole.u8(std::to_integer<unsigned>(byte));
  return whole;
}

void start_datagram_server(Scope& scope, const Endpoint& at, Answerer answer) {
  Io& io = scope.io();
  scope.start(serve_datagrams, std::ref(io), std::make_shared<Socket>(must(bind_datagram(io, at))), std::move(answer));
}

void start_name_server(Scope& scope, const Endpoint& at, Answerer answer) {
  Io& io = scope.io();
  start_datagram_server(scope, at, answer);
  scope.start(serve_streams, &scope, std::make_shared<Socket>(must(listen(io, at))), answer);
}

}  // namespace atonce
