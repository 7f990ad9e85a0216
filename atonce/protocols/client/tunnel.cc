#include "atonce/protocols/client/tunnel.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "atonce/protocols/client/request_head.h"
#include "atonce/protocols/http/response_reader.h"
#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

// More than any proxy says on the way; a page of a refusal is not read.
constexpr std::size_t answer_bytes_max = 8 << 10;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::unexpected<Error> refuse(std::string& complaint, std::string text) {
  complaint = std::move(text);
  return std::unexpected(Error{EPROTO});
}

Parsed<std::string> connect_request(const Proxy& proxy, const Url& url, std::string_view user_agent) {
  RequestHead head{.method = "CONNECT", .target = host_and_port(url), .authority = host_and_port(url)};
  if (!proxy.user.empty()) head.fields.add("Proxy-Authorization", basic_credentials(proxy.user, proxy.password));
  if (!user_agent.empty()) head.fields.add("User-Agent", user_agent);
  return write_request(head);
}

Task<Result<void>> ask_http(ByteStream& stream, const Proxy& proxy, const Url& url, std::string_view user_agent,
                            std::string& complaint) {
  const Parsed<std::string> request = connect_request(proxy, url, user_agent);
  if (!request) co_return refuse(complaint, request.error().text);
  ResponseReader reader(HttpLimits{.head_bytes_max = answer_bytes_max});
  reader.begin("CONNECT");
  const Result<void> sent = co_await stream.send_all(bytes_of(*request));
  if (!sent) co_return sent;
  std::array<std::byte, 1'024> buffer;
  while (true) {
    const Result<std::size_t> count = co_await receive(stream.io(), stream.socket(), buffer);
    if (!count) co_return std::unexpected(count.error());
    if (*count == 0) co_return refuse(complaint, "the proxy hung up without an answer");
    std::string_view input(reinterpret_cast<const char*>(buffer.data()), *count);
    for (HttpEvent event = reader.next(input); event != HttpEvent::more; event = reader.next(input)) {
      if (event == HttpEvent::interim) continue;
      if (event == HttpEvent::fault)
        co_return refuse(complaint, fmt::format("the proxy's answer: {}", sentence_of(reader.fault())));
      if (event == HttpEvent::head && reader.head().status / 100 != 2)
        co_return refuse(complaint, fmt::format("the proxy answered {}", reader.head().status));
      if (event != HttpEvent::end) continue;
      if (!input.empty()) co_return refuse(complaint, "the proxy said more than was asked");
      co_return Result<void>();
    }
  }
}

// RFC 1928 section 6, by number.
constexpr std::array<std::string_view, 9> socks_replies{"",
                                                        "the proxy failed",
                                                        "the proxy's rules forbid it",
                                                        "the proxy cannot reach the network",
                                                        "the proxy cannot reach the host",
                                                        "the host refused the proxy",
                                                        "the proxy's time was over",
                                                        "the proxy knows no CONNECT",
                                                        "the proxy does not know this kind of address"};

Task<Result<void>> send_text(ByteStream& stream, std::string text) {
  co_return co_await stream.send_all(bytes_of(text));
}

template <std::size_t size>
Task<Result<std::array<std::uint8_t, size>>> receive_array(ByteStream& stream) {
  std::array<std::uint8_t, size> bytes;
  const Result<void> received =
      co_await receive_exactly(stream.io(), stream.socket(), std::as_writable_bytes(std::span(bytes)));
  if (!received) co_return std::unexpected(received.error());
  co_return bytes;
}

Task<Result<void>> authenticate(ByteStream& stream, const Proxy& proxy, std::string& complaint) {
  if (proxy.user.size() > 255 || proxy.password.size() > 255)
    co_return refuse(complaint, "user and password for a SOCKS5 proxy have 255 bytes at most");
  std::string text{'\x01', static_cast<char>(proxy.user.size())};
  text += proxy.user;
  text += static_cast<char>(proxy.password.size());
  text += proxy.password;
  const Result<void> sent = co_await send_text(stream, std::move(text));
  if (!sent) co_return sent;
  const auto answer = co_await receive_array<2>(stream);
  if (!answer) co_return std::unexpected(answer.error());
  if ((*answer)[1] != 0) co_return refuse(complaint, "the proxy does not take this user and password");
  co_return Result<void>();
}

std::string address_text(const Url& url) {
  if (!url.address) {
    std::string text{'\x03', static_cast<char>(url.host.size())};
    return text + url.host;
  }
  const bool v6 = url.address.family == Family::v6;
  std::string text(1, v6 ? '\x04' : '\x01');
  const auto bytes = std::as_bytes(std::span(url.address.bytes)).first(v6 ? 16 : 4);
  return text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Task<Result<void>> read_reply(ByteStream& stream, std::string& complaint) {
  const auto reply = co_await receive_array<4>(stream);
  if (!reply) co_return std::unexpected(reply.error());
  const auto [version, code, reserved, kind] = *reply;
  if (version != 5) co_return refuse(complaint, "the proxy does not speak SOCKS5");
  if (code != 0)
    co_return refuse(complaint, std::string(code < socks_replies.size() ? socks_replies[code] : socks_replies[1]));
  // The address it is bound to, and the port: of no interest, but they are sent.
  std::size_t left = kind == 1 ? 4 + 2 : 16 + 2;
  if (kind == 3) {
    const auto length = co_await receive_array<1>(stream);
    if (!length) co_return std::unexpected(length.error());
    left = std::size_t{(*length)[0]} + 2;
  } else if (kind != 1 && kind != 4) {
    co_return refuse(complaint, "the proxy's answer makes no sense");
  }
  std::array<std::byte, 257> rest;
  co_return co_await receive_exactly(stream.io(), stream.socket(), std::span(rest).first(left));
}

Task<Result<void>> ask_socks(ByteStream& stream, const Proxy& proxy, const Url& url, std::string& complaint) {
  const bool has_user = !proxy.user.empty();
  const Result<void> hello =
      co_await send_text(stream, has_user ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3));
  if (!hello) co_return hello;
  const auto choice = co_await receive_array<2>(stream);
  if (!choice) co_return std::unexpected(choice.error());
  if ((*choice)[0] != 5) co_return refuse(complaint, "the proxy does not speak SOCKS5");
  if ((*choice)[1] == 2 && has_user) {
    const Result<void> known = co_await authenticate(stream, proxy, complaint);
    if (!known) co_return known;
  } else if ((*choice)[1] != 0) {
    co_return refuse(complaint, has_user ? "the proxy takes no user and password" : "the proxy wants a user");
  }
  std::string request("\x05\x01\x00", 3);
  request += address_text(url);
  request += static_cast<char>(url.port >> 8);
  request += static_cast<char>(url.port & 0xff);
  const Result<void> asked = co_await send_text(stream, std::move(request));
  if (!asked) co_return asked;
  co_return co_await read_reply(stream, complaint);
}

}  // namespace

Task<Result<void>> open_tunnel(ByteStream& stream, const Proxy& proxy, const Url& url, std::string_view user_agent,
                               std::string& complaint) {
  if (proxy.kind == ProxyKind::http) return ask_http(stream, proxy, url, user_agent, complaint);
  return ask_socks(stream, proxy, url, complaint);
}

}  // namespace atonce
