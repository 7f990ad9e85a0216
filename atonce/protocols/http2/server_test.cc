// Clients that misbehave, frame by frame, and what a server does about it.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "atonce/protocols/http2/testing.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;
using enum Http2FrameType;

constexpr std::uint8_t whole_head = http2_end_headers;
constexpr std::uint8_t whole_message = http2_end_headers | http2_end_stream;

std::string head(const Fields& fields, std::uint32_t stream = 1, std::uint8_t flags = whole_message) {
  return http2_frame(headers, flags, stream, http2_field_block(fields));
}
Fields get(std::initializer_list<Field> more = {}) {
  Fields fields{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}};
  for (const auto& [name, value] : more) fields.add(name, value);
  return fields;
}
std::string greeting() { return std::string(http2_preface) + http2_settings() + http2_settings_ack(); }

/// A server that answers each complete request with 200, and what a client says to it.
struct Server {
  Server() {
    service.on_end = [this](KeptExchange& exchange) {
      ASSERT_TRUE(session.respond(exchange.stream, {.status = 200}, nullptr));
    };
  }

  /// How many requests were served, and what is wrong with the connection: "2", "0 ping_flood".
  std::string told() const {
    std::size_t served = 0;
    for (const KeptExchange& exchange : service.exchanges)
      served += exchange.closes.size() == 1 && exchange.closes[0].fault == Http2Fault::none ? 1 : 0;
    return session.fault() == Http2Fault::none ? std::to_string(served)
                                               : fmt::format("{} {}", served, name_of(session.fault()));
  }

  KeptService service;
  Http2Server session{service};
};

std::string deliver(std::string_view script, std::size_t piece) {
  Server server;
  for (; !script.empty(); script.remove_prefix(std::min(piece, script.size()))) {
    server.session.feed(script.substr(0, piece));
    output_of(server.session);
  }
  return server.told();
}

std::string told_of(const std::string& script) {
  const std::string whole = deliver(script, script.size());
  for (const std::size_t piece : {1, 2, 9, 23, 24, 25, 100})
    if (const std::string told = deliver(script, piece); told != whole)
      return fmt::format("{}, in pieces of {} {}", whole, piece, told);
  return whole;
}

TEST(Http2ServerScript, GoodRequestsAreServed) {
  EXPECT_EQ(told_of(greeting() + head(get())), "1");
  EXPECT_EQ(told_of(greeting() + head(get()) + head(get(), 3) + head(get({{"a", "b"}}), 7)), "3");
  EXPECT_EQ(told_of(greeting() + head(get(), 1, whole_head) + http2_frame(data, http2_end_stream, 1, "abc")), "1");
  EXPECT_EQ(told_of(greeting() + head(get({{"te", "trailers"}}))), "1");
}

TEST(Http2ServerScript, WhatIsNotHttp2IsSaidToBeNone) {
  EXPECT_EQ(told_of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "0 not_http2");
  EXPECT_EQ(told_of(std::string(http2_preface) + http2_ping(1)), "0 not_http2");
}

TEST(Http2ServerScript, MalformedRequestsAreNotServedAndTheNextIs) {
  for (const Fields& fields :
       std::vector<Fields>{{{":method", "GET"}, {":scheme", "http"}},
                           {{":scheme", "http"}, {":path", "/"}, {":authority", "h"}},
                           {{":method", "GET"}, {":scheme", "http"}, {":path", ""}, {":authority", "h"}},
                           {{"a", "b"}, {":method", "GET"}, {":scheme", "http"}, {":path", "/"}},
                           get({{":method", "POST"}}),
                           get({{":status", "200"}}),
                           get({{"Upper", "x"}}),
                           get({{"connection", "close"}}),
                           get({{"te", "gzip"}}),
                           get({{"x", "a\nb"}}),
                           get({{"x", std::string_view("a\0b", 3)}}),
                           get({{"content-length", "1"}})})
    EXPECT_EQ(told_of(greeting() + head(fields) + head(get(), 3)), "1") << http2_field_block(fields);
}

TEST(Http2ServerScript, ARequestIsToldAsItWasSent) {
  Server server;
  server.session.feed(greeting() + head(get({{"cookie", "a=b"}, {"x", " y "}, {"cookie", "c=d"}})) +
                      head({{":method", "CONNECT"}, {":authority", "h:443"}}, 3) +
                      head({{":method", "GET"}, {":scheme", "https"}, {":path", "/p?q"}, {"host", "old"}}, 5));
  ASSERT_EQ(server.service.exchanges.size(), 3U);
  EXPECT_EQ(server.service.exchanges[0].head.fields.find("cookie"), "a=b; c=d");
  EXPECT_EQ(server.service.exchanges[0].head.fields.count("cookie"), 1U);
  EXPECT_EQ(server.service.exchanges[0].head.fields.find("x"), "y");
  EXPECT_EQ(server.service.exchanges[1].head.method, "CONNECT");
  EXPECT_EQ(server.service.exchanges[1].head.target, "h:443");
  EXPECT_EQ(server.service.exchanges[2].head.authority, "old");
  EXPECT_EQ(server.service.exchanges[2].head.target, "/p?q");
}

TEST(Http2ServerScript, RequestsTakenBackAtOnceAreAFlood) {
  Server server;
  server.service.on_end = nullptr;
  server.session.feed(greeting());
  std::uint32_t stream = 1;
  for (; stream < 4'000 && server.session.fault() == Http2Fault::none; stream += 2) {
    server.session.feed(head(get(), stream) + http2_rst_stream(stream, 0x8));
    output_of(server.session);
  }
  EXPECT_EQ(server.session.fault(), Http2Fault::reset_flood);
  EXPECT_LT(stream, 1'000U);
}

TEST(Http2ServerScript, ManyServedRequestsAreNoFlood) {
  Server server;
  server.session.feed(greeting());
  for (std::uint32_t stream = 1; stream < 10'000; stream += 2) {
    server.session.feed(head(get(), stream) + http2_window_update(0, 1));
    output_of(server.session);
  }
  EXPECT_EQ(server.told(), "5000");
}

TEST(Http2ServerScript, FloodsEndTheConnection) {
  const auto flood = [](const std::string& frame) {
    Server server;
    server.session.feed(greeting() + head(get(), 1, whole_head));
    for (int i = 0; i < 2'000; ++i) {
      server.session.feed(frame);
      output_of(server.session);
    }
    return server.told();
  };
  EXPECT_EQ(flood(http2_ping(1)), "0 ping_flood");
  EXPECT_EQ(flood(http2_settings()), "0 settings_flood");
  EXPECT_EQ(flood(http2_window_update(0, 1)), "0 empty_frame_flood");
  EXPECT_EQ(flood(http2_frame(data, 0, 1)), "0 empty_frame_flood");
  EXPECT_EQ(flood(http2_frame(continuation, 0, 1)), "0 broken_frame");
}

TEST(Http2ServerScript, MoreStreamsThanAllowedAreNotServed) {
  Server server;
  server.service.on_end = nullptr;
  std::string script = greeting();
  for (std::uint32_t stream = 1; stream < 400; stream += 2) script += head(get(), stream);
  server.session.feed(script);
  output_of(server.session);
  EXPECT_LE(server.service.exchanges.size(), 100U);
  EXPECT_LE(server.session.streams_open(), 100U);
}

TEST(Http2ServerScript, AResetEndsAStreamWithItsCode) {
  Server server;
  server.service.on_end = [&](KeptExchange& exchange) { server.session.reset(exchange.stream, 0xb); };
  server.session.feed(greeting() + head(get()));
  ASSERT_EQ(server.service.exchanges.at(0).closes.size(), 1U);
  EXPECT_EQ(server.service.exchanges[0].closes[0].fault, Http2Fault::cancelled);
  EXPECT_THAT(output_of(server.session), HasSubstr(http2_rst_stream(1, 0xb)));
  EXPECT_TRUE(server.session.respond(1, {.status = 200}, nullptr));  // Too late, and no harm.
  EXPECT_EQ(output_of(server.session), "");
}

TEST(Http2ServerScript, AnswersThatMustNotGoOutAreComplainedAbout) {
  Server server;
  server.service.on_end = nullptr;
  server.session.feed(greeting() + head(get()));
  output_of(server.session);
  for (const ResponseHead& answer : std::vector<ResponseHead>{{.status = 0},
                                                              {.status = 99},
                                                              {.status = 101},
                                                              {.status = 600},
                                                              {.status = 200, .fields = {{"a", "b\r\nc"}}},
                                                              {.status = 200, .fields = {{"a b", "c"}}}})
    EXPECT_FALSE(server.session.respond(1, answer, nullptr)) << answer.status;
  EXPECT_FALSE(server.session.respond_interim(1, {.status = 200}));
  EXPECT_EQ(output_of(server.session), "");
}

}  // namespace
}  // namespace atonce
