#include "atonce/protocols/http2/session.h"

#include <gmock/gmock.h>

#include "atonce/protocols/http2/testing.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string echo(const KeptExchange& exchange) {
  return exchange.head.method + " " + exchange.head.target + " " + exchange.text;
}

/// However the bytes are cut, the same is told.
class Http2Delivery : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Http2Delivery, RequestsAndAnswersArriveWhole) {
  Http2Pair pair;
  pair.piece = GetParam();
  pair.answer_all(200, {{"Content-Type", "text/plain"}, {"X-Empty", ""}}, echo);
  KeptAnswer plain, posted;
  pair.get("/a?b", plain);
  Http2Text body("x=1");
  ASSERT_TRUE(pair.client.submit({.method = "POST",
                                  .target = "/p",
                                  .authority = "example.com:8443",
                                  .scheme = "https",
                                  .fields = {{"X-Mixed-Case", "Va lue"}, {"Cookie", "a=b"}}},
                                 &body, posted));
  pair.talk();

  EXPECT_TRUE(plain.is_whole());
  EXPECT_EQ(plain.answer.status, 200);
  EXPECT_EQ(plain.answer.version, HttpVersion::http2);
  EXPECT_EQ(plain.answer.fields.find("content-type"), "text/plain");
  EXPECT_EQ(plain.answer.fields.find("x-empty"), "");
  EXPECT_EQ(plain.text, "GET /a?b ");
  EXPECT_TRUE(posted.is_whole());
  EXPECT_EQ(posted.text, "POST /p x=1");
  const KeptExchange& exchange = pair.service.exchanges[1];
  EXPECT_EQ(exchange.head.authority, "example.com:8443");
  EXPECT_EQ(exchange.head.scheme, "https");
  EXPECT_EQ(exchange.head.version, HttpVersion::http2);
  EXPECT_EQ(exchange.head.fields.find("x-mixed-case"), "Va lue");
  EXPECT_EQ(exchange.closes.size(), 1U);
  EXPECT_EQ(exchange.closes[0].fault, Http2Fault::none);
  EXPECT_EQ(pair.client.streams_open(), 0U);
  EXPECT_EQ(pair.server.streams_open(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Pieces, Http2Delivery, ::testing::Values(std::string::npos, 1, 2, 7, 100));

TEST(Http2, ManyStreamsGoAtOnceAndNoByteIsMixedUp) {
  Http2Pair pair;
  pair.answer_all(200, {}, [](const KeptExchange& e) { return std::string(100'000, e.head.target.back()); });
  std::array<KeptAnswer, 26> answers;
  for (std::size_t i = 0; i < answers.size(); ++i) pair.get(std::string("/") + static_cast<char>('a' + i), answers[i]);
  EXPECT_EQ(pair.client.streams_open(), 26U);
  pair.talk();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_TRUE(answers[i].is_whole());
    EXPECT_EQ(answers[i].text, std::string(100'000, static_cast<char>('a' + i)));
  }
}

TEST(Http2, ABodyLargerThanEveryWindowArrives) {
  Http2Pair pair({.stream_window_bytes = 70'000, .connection_window_bytes = 80'000});
  const std::string large(1'000'000, 'x');
  pair.answer_all(200, {}, [&](const KeptExchange& e) { return large + e.text; });
  KeptAnswer answer;
  Http2Text body(large);
  ASSERT_TRUE(pair.client.submit({.method = "PUT", .authority = "h", .scheme = "http"}, &body, answer));
  pair.talk();
  EXPECT_TRUE(answer.is_whole());
  EXPECT_EQ(answer.text.size(), 2 * large.size());
}

TEST(Http2, AHeldStreamGetsNoMoreThanItsWindowAndStopsNobodyElse) {
  Http2Pair pair({.stream_window_bytes = 100'000});
  pair.answer_all(200, {}, [](const KeptExchange&) { return std::string(1'000'000, 'x'); });
  KeptAnswer held, free;
  const Http2StreamId stream = pair.get("/held", held);
  pair.get("/free", free);
  pair.client.hold(stream);
  pair.talk();
  EXPECT_TRUE(free.is_whole());
  EXPECT_EQ(held.text.size(), 100'000U);
  EXPECT_EQ(held.ends, 0);
  pair.client.release(stream);
  pair.talk();
  EXPECT_TRUE(held.is_whole());
  EXPECT_EQ(held.text.size(), 1'000'000U);
}

TEST(Http2, ASourceThatHasNothingIsAskedAgainWhenItHas) {
  Http2Pair pair;
  HandedSource source;
  pair.service.on_request = [&](KeptExchange& exchange) {
    ASSERT_TRUE(pair.server.respond(exchange.stream, {.status = 200}, &source));
  };
  KeptAnswer answer;
  const Http2StreamId stream = pair.get("/drip", answer);
  pair.talk();
  EXPECT_EQ(answer.answer.status, 200);
  EXPECT_EQ(answer.text, "");
  pair.talk();
  EXPECT_EQ(source.asked, 1);
  source.ready = "drop";
  pair.server.resume(stream);
  pair.talk();
  EXPECT_EQ(answer.text, "drop");
  source.last = Http2Supply::end;
  pair.server.resume(stream);
  pair.talk();
  EXPECT_TRUE(answer.is_whole());
}

TEST(Http2, ASourceThatFailsBreaksItsStreamAlone) {
  Http2Pair pair;
  pair.answer_all(200, {}, echo);
  HandedSource source;
  source.last = Http2Supply::failed;
  KeptAnswer broken, well;
  ASSERT_TRUE(pair.client.submit({.method = "POST", .authority = "h", .scheme = "http"}, &source, broken));
  pair.get("/", well);
  pair.talk();
  EXPECT_EQ(broken.fault(), Http2Fault::source_failed);
  EXPECT_TRUE(well.is_whole());
  EXPECT_EQ(pair.service.exchanges[0].closes.size(), 1U);
  EXPECT_NE(pair.service.exchanges[0].closes[0].fault, Http2Fault::none);
}

TEST(Http2, InterimAnswersComeBeforeTheAnswer) {
  Http2Pair pair;
  pair.service.on_request = [&](KeptExchange& exchange) {
    ASSERT_TRUE(pair.server.respond_interim(exchange.stream, {.status = 103, .fields = {{"link", "</a>"}}}));
    ASSERT_TRUE(pair.server.respond_interim(exchange.stream, {.status = 102}));
    ASSERT_TRUE(pair.server.respond(exchange.stream, {.status = 204}, nullptr));
  };
  KeptAnswer answer;
  pair.get("/", answer);
  pair.talk();
  EXPECT_THAT(answer.interims, ElementsAre(103, 102));
  EXPECT_EQ(answer.answer.status, 204);
  EXPECT_FALSE(answer.answer.fields.has("link"));
  EXPECT_TRUE(answer.is_whole());
}

TEST(Http2, AnAnswerBeforeTheEndOfTheRequestStopsTheRequest) {
  Http2Pair pair;
  HandedSource source;
  source.ready = "some";
  pair.service.on_request = [&](KeptExchange& exchange) {
    ASSERT_TRUE(pair.server.respond(exchange.stream, {.status = 413}, nullptr));
  };
  KeptAnswer answer;
  ASSERT_TRUE(pair.client.submit({.method = "POST", .authority = "h", .scheme = "http"}, &source, answer));
  pair.talk();
  EXPECT_TRUE(answer.is_whole());
  EXPECT_EQ(answer.answer.status, 413);
  EXPECT_EQ(pair.client.streams_open(), 0U);
  EXPECT_EQ(pair.server.streams_open(), 0U);
}

TEST(Http2, ACancelledStreamTellsNobodyAndTheNextGoesOn) {
  Http2Pair pair;
  HandedSource endless;
  pair.service.on_request = [&](KeptExchange& exchange) {
    ASSERT_TRUE(pair.server.respond(exchange.stream, {.status = 200}, &endless));
  };
  KeptAnswer cancelled, well;
  endless.ready = "x";
  const Http2StreamId stream = pair.get("/endless", cancelled);
  pair.talk();
  pair.client.cancel(stream);
  pair.client.cancel(stream);
  pair.talk();
  EXPECT_EQ(cancelled.ends + static_cast<int>(cancelled.breaks.size()), 0);
  ASSERT_EQ(pair.service.exchanges[0].closes.size(), 1U);
  EXPECT_EQ(pair.service.exchanges[0].closes[0].fault, Http2Fault::reset);
  endless.last = Http2Supply::end;
  pair.get("/", well);
  pair.talk();
  EXPECT_TRUE(well.is_whole());
  EXPECT_EQ(pair.client.streams_open(), 0U);
}

TEST(Http2, ARequestCancelledBeforeItLeftIsNeverSeen) {
  Http2Pair pair;
  pair.answer_all(200, {}, echo);
  KeptAnswer cancelled, well;
  const Http2StreamId stream = pair.get("/cancelled", cancelled);
  pair.get("/well", well);
  pair.client.cancel(stream);
  pair.talk();
  ASSERT_EQ(pair.service.exchanges.size(), 1U);
  EXPECT_EQ(pair.service.exchanges[0].head.target, "/well");
  EXPECT_TRUE(well.is_whole());
  EXPECT_EQ(pair.client.streams_open(), 0U);
}

TEST(Http2, TheServersLimitOfStreamsIsKept) {
  Http2Pair pair({}, {.streams_max = 3});
  EXPECT_FALSE(pair.client.is_settled());
  EXPECT_EQ(pair.client.streams_max(), 100U);
  pair.talk();
  EXPECT_TRUE(pair.client.is_settled());
  EXPECT_EQ(pair.client.streams_max(), 3U);
  std::array<KeptAnswer, 4> answers;
  for (int i = 0; i < 3; ++i) pair.get("/", answers[static_cast<std::size_t>(i)]);
  EXPECT_FALSE(pair.client.can_submit());
  EXPECT_THAT(pair.client.submit({.authority = "h"}, nullptr, answers[3]).error().text, HasSubstr("no more requests"));
  pair.talk();
  for (const KeptExchange& exchange : pair.service.exchanges)
    ASSERT_TRUE(pair.server.respond(exchange.stream, {.status = 200}, nullptr));
  pair.talk();
  EXPECT_TRUE(pair.client.can_submit());
}

TEST(Http2, ARefusedStreamMayBeSentAgain) {
  Http2Pair pair;
  pair.service.refuse = true;
  KeptAnswer answer;
  pair.get("/", answer);
  pair.talk();
  EXPECT_EQ(answer.fault(), Http2Fault::refused);
  EXPECT_TRUE(answer.breaks[0].unprocessed);
  EXPECT_TRUE(pair.client.can_submit());
}

TEST(Http2, AfterAGoodbyeOpenStreamsGoOnAndNewOnesDoNotBegin) {
  Http2Pair pair;
  KeptAnswer answer;
  pair.get("/", answer);
  pair.talk();
  pair.server.go_away();
  pair.talk();
  EXPECT_FALSE(pair.client.can_submit());
  ASSERT_TRUE(pair.client.gone_away());
  EXPECT_EQ(pair.client.gone_away()->last_stream, 1);
  EXPECT_FALSE(pair.client.is_over());
  ASSERT_TRUE(pair.server.respond(pair.service.exchanges[0].stream, {.status = 200}, nullptr));
  pair.talk();
  EXPECT_TRUE(answer.is_whole());
  EXPECT_TRUE(pair.client.is_over());
  EXPECT_EQ(pair.client.fault(), Http2Fault::none);
}

TEST(Http2, TheEndOfTheConnectionIsToldToEachStreamOnce) {
  Http2Pair pair;
  KeptAnswer sent, unsent;
  pair.get("/", sent);
  pair.talk();
  pair.get("/", unsent);
  pair.client.finish();
  pair.client.finish();
  pair.server.finish();
  EXPECT_EQ(sent.fault(), Http2Fault::closed);
  EXPECT_FALSE(sent.breaks[0].unprocessed);
  EXPECT_EQ(unsent.fault(), Http2Fault::closed);
  EXPECT_TRUE(unsent.breaks[0].unprocessed);
  EXPECT_EQ(pair.service.exchanges[0].closes.size(), 1U);
  EXPECT_FALSE(pair.client.can_submit());
  EXPECT_FALSE(pair.client.feed("more"));
  EXPECT_EQ(output_of(pair.client), "");
}

TEST(Http2, WhatMustNotGoOutIsComplainedAboutWithoutRepeatingIt) {
  Http2Pair pair;
  KeptAnswer answer;
  const auto complaint = [&](const RequestHead& head) {
    const Parsed<Http2StreamId> stream = pair.client.submit(head, nullptr, answer);
    return stream ? std::string() : stream.error().text;
  };
  for (const RequestHead& head :
       std::vector<RequestHead>{{.authority = "h", .fields = {{"x", "canary\r\ny: z"}}},
                                {.authority = "h", .fields = {{"x", std::string_view("canary\0", 7)}}},
                                {.authority = "h", .fields = {{"canary x", "y"}}},
                                {.authority = "h", .fields = {{"", "canary"}}},
                                {.method = "GET canary", .authority = "h"},
                                {.target = "/canary canary", .authority = "h"},
                                {.target = "", .authority = "h"},
                                {.authority = ""},
                                {.authority = "h\ncanary"}}) {
    EXPECT_NE(complaint(head), "");
    EXPECT_THAT(complaint(head), Not(HasSubstr("canary")));
  }
  EXPECT_EQ(pair.client.streams_open(), 0U);
}

TEST(Http2, FieldsOfHttp11ConnectionsAreLeftOut) {
  Http2Pair pair;
  pair.answer_all(200, {{"Connection", "close"}, {"Keep-Alive", "x"}, {"A", " b "}}, echo);
  KeptAnswer answer;
  ASSERT_TRUE(pair.client.submit({.authority = "h",
                                  .scheme = "http",
                                  .fields = {{"Connection", "te"},
                                             {"TE", "trailers, gzip"},
                                             {"Transfer-Encoding", "chunked"},
                                             {"Upgrade", "h2c"},
                                             {"Host", "other"},
                                             {"Kept", "1"}}},
                                 nullptr, answer));
  pair.talk();
  EXPECT_TRUE(answer.is_whole());
  EXPECT_EQ(answer.answer.fields.size(), 1U);
  EXPECT_EQ(answer.answer.fields.find("a"), "b");
  EXPECT_EQ(pair.service.exchanges[0].head.fields.size(), 1U);
  EXPECT_EQ(pair.service.exchanges[0].head.authority, "h");
}

TEST(Http2, TheThousandthStreamIsLikeTheFirst) {
  Http2Pair pair;
  pair.answer_all(200, {{"server", "x"}}, echo);
  for (int i = 0; i < 1'000; ++i) {
    KeptAnswer answer;
    pair.get("/" + std::to_string(i), answer);
    pair.talk();
    ASSERT_TRUE(answer.is_whole());
    ASSERT_EQ(answer.text, "GET /" + std::to_string(i) + " ");
  }
  EXPECT_EQ(pair.client.fault(), Http2Fault::none);
  EXPECT_LT(pair.bytes_to_client, 100'000U);  // Repeated fields are an index of the table.
}

TEST(Http2, AnExceptionOfATellerPassesThrough) {
  struct Thrower final : Http2Answer {
    void head(ResponseHead&) override { throw std::runtime_error("ours"); }
    void body(std::span<const std::byte>) override {}
    void end() override {}
    void broken(const Http2Break&) override {}
  };
  Http2Pair pair;
  pair.answer_all(200, {}, echo);
  Thrower answer;
  ASSERT_TRUE(pair.client.submit({.authority = "h", .scheme = "http"}, nullptr, answer));
  EXPECT_THROW(pair.talk(), std::runtime_error);
}

}  // namespace
}  // namespace atonce
