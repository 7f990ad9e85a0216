#include "atonce/world/web/hostile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "atonce/protocols/http/content_coding.h"
#include "atonce/protocols/http/response_reader.h"
#include "atonce/protocols/http/writer.h"
#include "atonce/protocols/http2/frames.h"
#include "atonce/protocols/http2/session.h"

namespace atonce {
namespace {

/// A path of the table with something in the place of its variables.
std::string path_of(const HostileRow& row) {
  std::string path(row.path);
  if (const std::size_t at = path.find('{'); at != path.npos) path.replace(at, path.find('}') + 1 - at, "70");
  return path;
}

WebResponse answer_of(const HostileRow& row) {
  return answer_web_request({.target = path_of(row), .host = "hostile.example", .random = 7});
}

/// What comes over an HTTP/1.1 connection, piece by piece; empty at its end.
class Wire {
 public:
  explicit Wire(WebResponse response) : response_(std::move(response)) {
    if (response_.raw == WebRaw::http1) {
      next_ = response_.body;
      return;
    }
    const BodyFraming framing = response_.length ? BodyFraming::of_length(*response_.length) : BodyFraming::chunked();
    next_ = write_response({.status = response_.status, .fields = response_.fields}, framing).value();
    chunked_ = !response_.length;
    chunked_ ? append_chunk(next_, response_.body) : void(next_ += response_.body);
  }

  std::string take() {
    std::string piece = std::exchange(next_, {});
    while (piece.empty() && !over_) {
      const std::optional<WebPiece> more = response_.pieces ? response_.pieces() : std::nullopt;
      over_ = !more;
      if (more) chunked_ ? append_chunk(piece, more->bytes) : void(piece += more->bytes);
      if (over_ && chunked_) piece = last_chunk;
    }
    taken_ += piece.size();
    return piece;
  }
  std::uint64_t taken() const { return taken_; }

 private:
  WebResponse response_;
  std::string next_;
  bool chunked_ = false;
  bool over_ = false;
  std::uint64_t taken_ = 0;
};

struct Met {
  HttpFault fault = HttpFault::none;
  std::uint64_t bytes = 0;
};

HttpFault decode(ContentDecoder& decoder, std::string_view wire) {
  while (!decoder.next(wire).empty()) continue;
  return decoder.fault();
}

/// What a client meets in an answer; it stops at the first fault. Its limits of bodies are small, so that it is soon.
Met meet(Wire wire) {
  const HttpLimits limits{.body_bytes_max = 1 << 20, .decoded_bytes_max = 2 << 20};
  ResponseReader reader(limits);
  ContentDecoder decoder;
  reader.begin("GET");
  std::string piece;
  std::string_view input;
  bool ended = false;
  while (true) {
    switch (reader.next(input)) {
      case HttpEvent::more:
        piece = wire.take();
        if (!piece.empty()) {
          input = piece;
          break;
        }
        if (reader.finish() == HttpEvent::fault) return {reader.fault(), wire.taken()};
        return {HttpFault::none, wire.taken()};
      case HttpEvent::head: {
        auto made = ContentDecoder::make(reader.head().fields.joined("Content-Encoding"), limits);
        if (!made) return {made.error(), wire.taken()};
        decoder = std::move(*made);
        break;
      }
      case HttpEvent::body:
        if (const HttpFault fault = decode(decoder, reader.body()); fault != HttpFault::none)
          return {fault, wire.taken()};
        break;
      case HttpEvent::end:
        if (!ended && !decoder.finish()) return {decoder.fault(), wire.taken()};
        ended = true;
        break;
      case HttpEvent::fault: return {reader.fault(), wire.taken()};
      case HttpEvent::interim: break;
    }
  }
}

TEST(Hostile, EachAnswerIsTheFaultThatItsRowNamesBeforeMuchHasCome) {
  for (const auto group : all_hostile_rows())
    for (const HostileRow& row : group) {
      if (row.fault == HttpFault::none) continue;
      const Met met = meet(Wire(answer_of(row)));
      EXPECT_EQ(name_of(met.fault), name_of(row.fault)) << row.path;
      EXPECT_LE(met.bytes, 2u << 20) << row.path;
      EXPECT_EQ(verdict_of(row.fault), row.verdict) << row.path;
    }
}

/// What a client's stream is told at last.
class LastWord final : public Http2Answer {
 public:
  void head(ResponseHead&) override {}
  void body(std::span<const std::byte>) override {}
  void end() override { ended_ = true; }
  void broken(const Http2Break& why) override {
    ended_ = true;
    fault_ = why.fault;
  }
  bool ended() const { return ended_; }
  Http2Fault fault() const { return fault_; }

 private:
  bool ended_ = false;
  Http2Fault fault_ = Http2Fault::none;
};

/// What a client meets over HTTP/2, behind the preface of a server that is in order until then.
Http2Fault meet_over_http2(const HostileRow& row) {
  Http2Client client;
  LastWord word;
  const auto stream = client.submit({.authority = "hostile.example", .scheme = "http"}, nullptr, word);
  std::string sent;
  client.append_output(sent);
  client.feed(http2_settings() + http2_settings_ack());
  const WebResponse response = answer_web_request({.target = std::string(row.path),
                                                   .host = "hostile.example",
                                                   .version = HttpVersion::http2,
                                                   .stream = static_cast<std::uint32_t>(*stream)});
  client.feed(response.body);
  client.append_output(sent);
  for (int i = 0; response.pieces && !word.ended() && i < 10'000; ++i) {
    const std::optional<WebPiece> piece = response.pieces();
    if (!piece || !client.feed(piece->bytes)) break;
    sent.clear();
    client.append_output(sent);
  }
  if (!word.ended() && response.end != WebEnd::stall) client.finish();
  return word.fault();
}

TEST(Hostile, EachAnswerOverHttp2IsTheFaultThatItsRowNames) {
  for (const HostileRow& row : hostile_frames()) {
    if (row.http2 == Http2Fault::none) continue;
    EXPECT_EQ(name_of(meet_over_http2(row)), name_of(row.http2)) << row.path;
    EXPECT_EQ(verdict_of(row.http2), row.verdict) << row.path;
  }
}

TEST(Hostile, IsOnlyDoneOverTheProtocolItIsAbout) {
  for (const auto group : all_hostile_rows())
    for (const HostileRow& row : group) {
      const bool by_frames = row.path.starts_with("/hostile/http2/");
      const WebResponse here = answer_web_request(
          {.target = path_of(row), .version = by_frames ? HttpVersion::http2 : HttpVersion::http11, .stream = 1});
      const WebResponse there = answer_web_request(
          {.target = path_of(row), .version = by_frames ? HttpVersion::http11 : HttpVersion::http2, .stream = 1});
      EXPECT_NE(here.status, 505) << row.path;
      EXPECT_EQ(there.raw, WebRaw::no) << row.path;
      if (by_frames) EXPECT_EQ(there.status, 505) << row.path;
    }
}

TEST(Hostile, EachFaultOfAnAnswerHasARow) {
  std::set<HttpFault> shown;
  for (const auto group : all_hostile_rows())
    for (const HostileRow& row : group) shown.insert(row.fault);
  const std::set<HttpFault> of_requests{HttpFault::bad_request_line, HttpFault::unknown_method,
                                        HttpFault::target_too_long, HttpFault::bad_host,
                                        HttpFault::unknown_expectation};
  for (const HttpFaultRow& row : all_http_faults())
    EXPECT_TRUE(shown.contains(row.fault) || of_requests.contains(row.fault)) << row.name;
}

TEST(Hostile, NoAnswerIsMadeFasterThanItIsTaken) {
  for (const auto group : all_hostile_rows())
    for (const HostileRow& row : group) EXPECT_LE(answer_of(row).body.size(), 512u * 1'024) << row.path;
}

TEST(Hostile, ResetsWhereItIsTold) {
  const WebResponse response = answer_web_request({.target = "/hostile/reset/17"});
  EXPECT_EQ(response.body, "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(response.end, WebEnd::reset);
  EXPECT_EQ(answer_web_request({.target = "/hostile/reset/0"}).body, "");
}

}  // namespace
}  // namespace atonce
