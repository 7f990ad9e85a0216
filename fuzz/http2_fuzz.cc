// What the other side of an HTTP/2 connection may send. The first byte says whose side is asked: a client with three
// requests, or a server that echoes; the second how the rest is cut. Whoever is told is told once, and nothing grows
// beyond its cap.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>

#include "atonce/protocols/http2/frames.h"
#include "atonce/protocols/http2/session.h"

namespace {

using namespace atonce;

constexpr Http2Settings settings{.stream_window_bytes = 70'000, .streams_max = 10, .idle_frames_max = 100};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fields(const Fields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    bytes += name.size() + value.size() + 32;
    require(!name.empty());
    require(name.find_first_of(std::string_view("\r\n\0 :", 5), 1) == name.npos);
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos);
  }
  require(bytes <= settings.header_list_bytes_max);
}

struct Answer final : Http2Answer {
  void interim(const ResponseHead& head) override {
    require(!headed && !over && head.status >= 100 && head.status < 200 && ++interims <= settings.interim_max);
    check_fields(head.fields);
  }
  void head(ResponseHead& head) override {
    require(!headed && !over && head.status >= 200 && head.status <= 999);
    check_fields(head.fields);
    headed = true;
  }
  void body(std::span<const std::byte> bytes) override { require(headed && !over && !bytes.empty()); }
  void end() override {
    require(headed && !over);
    over = true;
  }
  void broken(const Http2Break& why) override {
    require(!over && why.fault != Http2Fault::none);
    over = true;
  }

  unsigned interims = 0;
  bool headed = false;
  bool over = false;
};

struct Exchange final : Http2Exchange, Http2Source {
  Exchange(Http2Server& the_server, Http2StreamId the_stream) : server(the_server), stream(the_stream) {}

  void body(std::span<const std::byte> bytes) override {
    require(!ended && !over);
    echoed += bytes.size();
    server.resume(stream);
  }
  void end() override {
    require(!ended && !over);
    ended = true;
    server.resume(stream);
  }
  void closed(const Http2Break&) override {
    require(!over);
    over = true;
  }
  Http2Piece read(std::span<std::byte> into) override {
    require(!over);
    const std::size_t bytes = std::min(into.size(), echoed);
    std::fill_n(into.begin(), bytes, std::byte{'x'});
    echoed -= bytes;
    return {bytes, echoed > 0 ? Http2Supply::some : ended ? Http2Supply::end : Http2Supply::later};
  }

  Http2Server& server;
  Http2StreamId stream;
  std::size_t echoed = 0;
  bool ended = false;
  bool over = false;
};

struct Echo final : Http2Service {
  Http2Exchange* request(Http2StreamId stream, RequestHead& head) override {
    check_fields(head.fields);
    require(!head.method.empty());
    Exchange& exchange = exchanges.emplace_back(*server, stream);
    require(server->respond(stream, {.status = 200}, &exchange).has_value());
    return &exchange;
  }

  Http2Server* server = nullptr;
  std::deque<Exchange> exchanges;
};

void feed(Http2Session& session, std::string_view bytes, std::size_t piece) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const bool useful = session.feed(bytes.substr(0, piece));
    require(useful || session.fault() != Http2Fault::none || session.gone_away() || session.is_over());
    out.clear();
    session.append_output(out);
    require(session.streams_open() <= settings.streams_max);
  }
  session.finish();
}

void ask_client(std::string_view bytes, std::size_t piece) {
  std::array<Answer, 3> answers;
  Http2Client client(settings);
  Http2Text text(std::string(1'000, 'x'));
  for (Answer& answer : answers)
    require(client.submit({.authority = "h", .scheme = "https"}, &answer == &answers[1] ? &text : nullptr, answer)
                .has_value());
  std::string out;
  client.append_output(out);
  feed(client, bytes, piece);
  for (const Answer& answer : answers) require(answer.over);
}

void ask_server(std::string_view bytes, std::size_t piece) {
  Echo echo;
  Http2Server server(echo, settings);
  echo.server = &server;
  if (!bytes.starts_with("PRI")) require(server.feed(http2_preface));
  feed(server, bytes, piece);
  for (const Exchange& exchange : echo.exchanges) require(exchange.over);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t piece = data[1] == 0 ? bytes.size() + 1 : data[1];
  (data[0] & 1) == 0 ? ask_client(bytes, piece) : ask_server(bytes, piece);
  return 0;
}
