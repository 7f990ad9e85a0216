// Servers that misbehave, frame by frame: each script is delivered whole, byte by byte and split at every offset, and
// must be told the same way.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "atonce/protocols/http2/testing.h"

namespace atonce {
namespace {

using enum Http2FrameType;

constexpr std::size_t split_everywhere_max = 3'000;
constexpr std::uint8_t whole_head = http2_end_headers;
constexpr std::uint8_t whole_message = http2_end_headers | http2_end_stream;

std::string head(const Fields& fields, std::uint8_t flags = whole_head, std::uint32_t stream = 1) {
  return http2_frame(headers, flags, stream, http2_field_block(fields));
}
std::string ok(std::uint8_t flags = whole_head) { return head({{":status", "200"}}, flags); }
std::string bytes(std::string_view text, std::uint8_t flags = 0, std::uint32_t stream = 1) {
  return http2_frame(data, flags, stream, text);
}
std::string last(std::string_view text) { return bytes(text, http2_end_stream); }
std::string greeting() { return http2_settings() + http2_settings_ack(); }
std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

/// A GET on stream 1, and what its server says.
struct Client {
  explicit Client(const Http2Settings& settings = {}) : session(settings) {
    session.submit({.authority = "h", .scheme = "https"}, nullptr, answer).value();
    output_of(session);
  }

  /// "ok body", or "why the stream broke / why the connection did".
  std::string told() const {
    const std::string_view broken = name_of(session.fault());
    if (answer.is_whole()) return fmt::format("ok {}{}{}", answer.text, broken.empty() ? "" : " / ", broken);
    if (answer.ends + answer.breaks.size() > 1) return "told twice";
    return fmt::format("{} / {}", answer.breaks.empty() ? "waiting" : name_of(answer.fault()), broken);
  }

  KeptAnswer answer;
  Http2Client session;
};

std::string deliver(const std::vector<std::string_view>& pieces) {
  Client client;
  for (const std::string_view piece : pieces) {
    client.session.feed(piece);
    output_of(client.session);
  }
  return client.told();
}

/// What a client is told of the script, if it is the same however it is cut.
std::string told_of(const std::string& script) {
  const std::string whole = deliver({script});
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < script.size(); ++i) single.push_back(std::string_view(script).substr(i, 1));
  if (const std::string told = deliver(single); told != whole) return whole + ", byte by byte " + told;
  const std::size_t step = script.size() <= split_everywhere_max ? 1 : script.size() / 20 + 1;
  for (std::size_t at = 1; at < script.size(); at += step)
    if (const std::string told = deliver({std::string_view(script).substr(0, at), std::string_view(script).substr(at)});
        told != whole)
      return fmt::format("{}, split at {} {}", whole, at, told);
  return whole;
}

TEST(Http2Script, GoodAnswersAreGood) {
  EXPECT_EQ(told_of(greeting() + ok(whole_message)), "ok ");
  EXPECT_EQ(told_of(greeting() + ok() + bytes("ab") + last("c")), "ok abc");
  EXPECT_EQ(told_of(greeting() + head({{":status", "200"}, {"content-length", "3"}}) + last("abc")), "ok abc");
  EXPECT_EQ(told_of(greeting() + ok() + bytes("abc") + head({{"trailer", "x"}}, whole_message)), "ok abc");
  EXPECT_EQ(told_of(greeting() + head({{":status", "103"}, {"link", "x"}}) + ok() + last("")), "ok ");
  EXPECT_EQ(told_of(greeting() + ok() + http2_frame(data, http2_end_stream | 0x8, 1, std::string_view("\2ab\0\0", 5))),
            "ok ab");
}

TEST(Http2Script, WhatIsUnknownIsPassedOver) {
  const std::string unknown = http2_frame(static_cast<Http2FrameType>(0xbe), 0xff, 1, "whatever");
  const std::array settings{Http2Setting{0x99, 7}, Http2Setting{0x3, 10}};
  EXPECT_EQ(told_of(greeting() + unknown + http2_settings(settings) + ok() + unknown + last("a")), "ok a");
  EXPECT_EQ(told_of(greeting() + http2_frame(priority, 0, 1, std::string_view("\0\0\0\0\x10", 5)) + ok() + last("a")),
            "ok a");
}

TEST(Http2Script, WhatIsNotHttp2IsSaidToBeNone) {
  EXPECT_EQ(told_of("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "not_http2 / not_http2");
  EXPECT_EQ(told_of("SSH-2.0-OpenSSH_9.2\r\n"), "not_http2 / not_http2");
  EXPECT_EQ(told_of(http2_ping(1) + greeting()), "not_http2 / not_http2");
  EXPECT_EQ(told_of(std::string(64, '\0')), "not_http2 / not_http2");
}

TEST(Http2Script, FramesInTheWrongPlaceEndTheConnection) {
  for (const std::string& frame :
       {bytes("x", 0, 0),
        head({{":status", "200"}}, whole_head, 0),
        head({{":status", "200"}}, whole_head, 2),
        head({{":status", "200"}}, whole_head, 3),
        bytes("x", 0, 3),
        http2_rst_stream(0, 0),
        http2_rst_stream(5, 0),
        http2_frame(settings, 0, 1),
        http2_frame(settings, 0, 0, "12345"),
        http2_frame(settings, http2_ack, 0, "123456"),
        http2_frame(ping, 0, 0, "1234567"),
        http2_frame(ping, 0, 1, "12345678"),
        http2_frame(rst_stream, 0, 1, "123"),
        http2_window_update(0, 0),
        http2_window_update(5, 1),
        http2_frame(goaway, 0, 0, "1234"),
        http2_frame(continuation, http2_end_headers, 1, ""),
        ok(0) + http2_ping(1),
        ok(0) + bytes("x"),
        ok(0) + http2_frame(continuation, http2_end_headers, 3, ""),
        http2_frame(data, 0x8, 1,
                    "\x05"
                    "abc"),
        http2_frame(push_promise, http2_end_headers, 1, std::string_view("\0\0\0\2\x82\x86\x84", 7)),
        http2_frame(data, 0, 1, std::string(16'385, 'x'))})
    EXPECT_EQ(told_of(greeting() + frame), "broken_frame / broken_frame")
        << ::testing::PrintToString(frame.substr(0, 40));
}

TEST(Http2Script, SettingsOutOfRangeEndTheConnection) {
  const auto setting = [](std::uint16_t identifier, std::uint32_t value) {
    const std::array settings{Http2Setting{identifier, value}};
    return greeting() + http2_settings(settings);
  };
  EXPECT_EQ(told_of(setting(0x4, 0x80000000)), "broken_flow_control / broken_flow_control");
  EXPECT_EQ(told_of(setting(0x5, 16'383)), "broken_frame / broken_frame");
  EXPECT_EQ(told_of(setting(0x5, 1 << 24)), "broken_frame / broken_frame");
  EXPECT_EQ(told_of(setting(0x2, 1)), "broken_frame / broken_frame");
}

TEST(Http2Script, AWindowThatGrowsTooLargeEndsTheConnection) {
  EXPECT_EQ(told_of(greeting() + http2_window_update(0, 0x7fffffff)), "broken_flow_control / broken_flow_control");
  EXPECT_EQ(told_of(greeting() + http2_window_update(1, 0x7fffffff)), "broken_flow_control / ");
}

TEST(Http2Script, BrokenCompressionEndsTheConnection) {
  for (const std::string_view block :
       {std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff"), std::string_view("\x80"), std::string_view("\xbe"),
        std::string_view("\x3f\xff\xff\x03"), std::string_view("\0\5ab", 4)})
    EXPECT_EQ(told_of(greeting() + http2_frame(headers, whole_head, 1, block)),
              "broken_compression / broken_compression")
        << ::testing::PrintToString(block);
}

TEST(Http2Script, AMalformedHeadBreaksItsStreamAlone) {
  for (const Fields& fields :
       std::vector<Fields>{{{"a", "b"}},
                           {{":status", "200"}, {":status", "200"}},
                           {{"a", "b"}, {":status", "200"}},
                           {{":status", "200"}, {":path", "/"}},
                           {{":status", "200"}, {":other", "x"}},
                           {{":status", ""}},
                           {{":status", "20"}},
                           {{":status", "2000"}},
                           {{":status", "abc"}},
                           {{":status", "101"}},
                           {{":status", "099"}},
                           {{":status", "200"}, {"content-length", "1"}, {"content-length", "2"}},
                           {{":status", "200"}, {"content-length", "-1"}},
                           {{":status", "200"}, {"content-length", "1x"}},
                           {{":status", "200"}, {"content-length", "99999999999999999999"}},
                           {{":status", "200"}, {"transfer-encoding", "chunked"}},
                           {{":status", "200"}, {"connection", "close"}},
                           {{":status", "200"}, {"Upper", "x"}}})
    EXPECT_EQ(told_of(greeting() + head(fields) + last("abc")), "broken_message / ") << http2_field_block(fields);
}

TEST(Http2Script, FieldsThatHttp2ForbidsBreakTheirStreamAlone) {
  for (const Field& field : std::vector<Field>{{"x", "a\r\nb"},
                                               {"x", "a\nb"},
                                               {"x", std::string_view("a\0b", 3)},
                                               {"x", "\x7f"},

                                               {"a b", "c"},
                                               {"", "a"},
                                               {"a:", "b"},
                                               {"a\r\nb", "c"}})
    EXPECT_EQ(told_of(greeting() + head({{":status", "200"}, field}) + last("abc")), "bad_field / ")
        << ::testing::PrintToString(field.name) << ::testing::PrintToString(field.value);
}

TEST(Http2Script, ABodyMustBeAsLongAsItsHeadSays) {
  const std::string five = head({{":status", "200"}, {"content-length", "5"}});
  EXPECT_EQ(told_of(greeting() + five + last("abc")), "wrong_length / ");
  EXPECT_EQ(told_of(greeting() + five + bytes("abc") + last("def")), "wrong_length / ");
  EXPECT_EQ(told_of(greeting() + five + bytes("abc") + head({{"t", "x"}}, whole_message)), "wrong_length / ");
  EXPECT_EQ(told_of(greeting() + head({{":status", "200"}, {"content-length", "5"}}, whole_message)),
            "wrong_length / ");
}

TEST(Http2Script, MessagesOutOfOrderBreakTheirStreamAlone) {
  EXPECT_EQ(told_of(greeting() + head({{":status", "100"}}, whole_message)), "broken_message / ");
  EXPECT_EQ(told_of(greeting() + ok() + head({{"t", "x"}})), "broken_message / ");
  EXPECT_EQ(told_of(greeting() + ok() + head({{":status", "200"}}, whole_message)), "broken_message / ");
}

TEST(Http2Script, WhatFollowsTheEndIsOfNoAnswer) {
  EXPECT_THAT(told_of(greeting() + ok() + last("abc") + bytes("def")), ::testing::StartsWith("ok abc"));
  EXPECT_THAT(told_of(greeting() + ok() + last("abc") + ok()), ::testing::StartsWith("ok abc"));
  EXPECT_EQ(told_of(greeting() + ok() + last("abc") + http2_rst_stream(1, 0)), "ok abc");
}

TEST(Http2Script, ResetsSayWhatMayBeSentAgain) {
  EXPECT_EQ(told_of(greeting() + http2_rst_stream(1, 0x7)), "refused / ");
  EXPECT_EQ(told_of(greeting() + http2_rst_stream(1, 0x8)), "reset / ");
  EXPECT_EQ(told_of(greeting() + http2_rst_stream(1, 0x0)), "reset / ");
  EXPECT_EQ(told_of(greeting() + ok() + bytes("a") + http2_rst_stream(1, 0x2)), "reset / ");

  const auto unprocessed = [](const std::string& script) {
    Client client;
    client.session.feed(greeting() + script);
    return client.answer.breaks.at(0).unprocessed;
  };
  EXPECT_TRUE(unprocessed(http2_rst_stream(1, 0x7)));
  EXPECT_FALSE(unprocessed(ok() + http2_rst_stream(1, 0x7)));
  EXPECT_FALSE(unprocessed(http2_rst_stream(1, 0x8)));
  EXPECT_TRUE(unprocessed(http2_goaway(0, 0xb)));
}

TEST(Http2Script, AServerMayAskForHttp11) {
  EXPECT_EQ(told_of(greeting() + http2_rst_stream(1, 0xd)), "http11_required / ");
}

TEST(Http2Script, AGoodbyeSaysWhichStreamsWereProcessed) {
  EXPECT_EQ(told_of(greeting() + http2_goaway(0, 0, "bye")), "gone_away / ");
  EXPECT_EQ(told_of(greeting() + http2_goaway(0, 0xb, "too many")), "gone_away / ");
  EXPECT_EQ(told_of(greeting() + http2_goaway(1, 0) + ok() + last("a")), "ok a");
  EXPECT_EQ(told_of(greeting() + http2_goaway(0x7fffffff, 0) + http2_goaway(1, 0) + ok() + last("a")), "ok a");
}

TEST(Http2Script, AHeadLargerThanTheCapBreaksItsStreamAlone) {
  const std::string value(8'000, 'x');
  Fields fields{{":status", "200"}};
  for (int i = 0; i < 9; ++i) fields.add("x", value);
  const std::string block = http2_field_block(fields);
  std::string frames = http2_frame(headers, 0, 1, block.substr(0, 16'384));
  for (std::size_t at = 16'384; at < block.size(); at += 16'384)
    frames +=
        http2_frame(continuation, at + 16'384 >= block.size() ? http2_end_headers : 0, 1, block.substr(at, 16'384));
  EXPECT_EQ(told_of(greeting() + frames + last("a")), "head_too_large / ");
}

TEST(Http2Script, TrailersCountTowardsACapOfTheirOwn) {
  Fields fields;
  for (int i = 0; i < 3'000; ++i) fields.add("x", "");  // 33 bytes each by RFC 9113, 3 on the wire
  EXPECT_EQ(told_of(greeting() + ok() + head(fields, whole_message)), "head_too_large / ");
}

TEST(Http2Script, ABombOfIndexesCostsNothing) {
  // One field of 4,000 bytes enters the table; then each byte means all of it again.
  std::string block = "\x88\x40\x01x\x7f\xa1\x1e" + std::string(4'000, 'x') + std::string(12'000, '\xbe');
  EXPECT_EQ(told_of(greeting() + http2_frame(headers, whole_head, 1, block) + last("a")), "head_too_large / ");
}

TEST(Http2Script, ContinuationsAreCounted) {
  const std::string more = http2_frame(continuation, 0, 1);
  const std::string done = http2_frame(continuation, http2_end_headers, 1);
  EXPECT_EQ(told_of(greeting() + ok(0) + times(7, more) + done + last("a")), "ok a");
  EXPECT_EQ(told_of(greeting() + ok(0) + times(9, more)), "continuation_flood / continuation_flood");
  EXPECT_EQ(told_of(greeting() + ok(0) + times(8, more) + done + last("a")), "continuation_flood / continuation_flood");
  EXPECT_EQ(told_of(greeting() + ok(0) + times(20, http2_frame(continuation, 0, 1, std::string_view("\0\1a\1b", 5)))),
            "continuation_flood / continuation_flood");
}

/// What comes of far too many of `frame`.
std::string flood(const std::string& frame, const std::string& before = {}) {
  return deliver({greeting() + before + times(2'000, frame)});
}

TEST(Http2Script, SettingsWithoutAnEndAreAFlood) {
  EXPECT_EQ(flood(http2_settings()), "settings_flood / settings_flood");
}

TEST(Http2Script, PingsWithoutAnEndAreAFlood) {
  EXPECT_EQ(flood(http2_ping(7)), "ping_flood / ping_flood");
  EXPECT_EQ(flood(http2_ping(7, true)), "ping_flood / ping_flood");
}

TEST(Http2Script, FramesThatBringNothingAreAFlood) {
  const std::string flooded = "empty_frame_flood / empty_frame_flood";
  EXPECT_EQ(flood(http2_window_update(0, 1)), flooded);
  EXPECT_EQ(flood(http2_frame(priority, 0, 1, std::string_view("\0\0\0\0\x10", 5))), flooded);
  EXPECT_EQ(flood(http2_frame(static_cast<Http2FrameType>(0xbe), 0, 1)), flooded);
  EXPECT_EQ(flood(bytes(""), ok()), flooded);
  EXPECT_EQ(flood(http2_frame(data, 0x8, 1, std::string_view("\0", 1)), ok()), flooded);
}

TEST(Http2Script, ResetsOfWhatHasEndedAreAFlood) { EXPECT_EQ(flood(http2_rst_stream(1, 0x8)), "reset / reset_flood"); }

TEST(Http2Script, AFewPingsBetweenBodiesAreNoFlood) {
  Client client;
  client.session.feed(greeting() + ok());
  for (int i = 0; i < 3'000; ++i) {
    client.session.feed(http2_ping(1) + http2_settings() + bytes("") + bytes("x"));
    output_of(client.session);
  }
  client.session.feed(last(""));
  EXPECT_EQ(client.told(), "ok " + std::string(3'000, 'x'));
}

TEST(Http2Script, InterimAnswersHaveAnEnd) {
  EXPECT_EQ(told_of(greeting() + times(16, head({{":status", "102"}})) + ok() + last("a")), "ok a");
  EXPECT_EQ(told_of(greeting() + times(17, head({{":status", "102"}})) + ok() + last("a")), "too_many_interim / ");
}

TEST(Http2Script, MoreThanTheWindowIsRefused) {
  Client client({.stream_window_bytes = 70'000});
  client.session.hold(1);
  client.session.feed(greeting() + ok());
  for (int i = 0; i < 5; ++i) client.session.feed(bytes(std::string(16'000, 'x')));
  output_of(client.session);
  EXPECT_EQ(client.told(), "broken_flow_control / ");
  EXPECT_LE(client.answer.text.size(), 70'000U + 16'384U);
}

TEST(Http2Script, BytesForACancelledStreamReachNobody) {
  Client client;
  KeptAnswer other;
  ASSERT_EQ(client.session.submit({.authority = "h", .scheme = "https"}, nullptr, other).value(), 3);
  output_of(client.session);
  client.session.feed(greeting() + ok() + bytes("secret"));
  client.session.cancel(1);
  output_of(client.session);
  client.session.feed(bytes("more") + last("") + head({{":status", "204"}}, whole_message, 3));
  EXPECT_EQ(client.answer.text, "secret");
  EXPECT_EQ(client.answer.ends, 0);
  EXPECT_TRUE(other.is_whole());
  EXPECT_EQ(other.text, "");
}

TEST(Http2Script, AStreamThatBreaksLeavesTheConnectionOfUse) {
  for (const std::string& script :
       {head({{"a", "b"}}), head({{":status", "200"}, {"x", "\n"}}), http2_rst_stream(1, 0x7),
        head({{":status", "200"}, {"x", std::string(15'000, 'x')}}) + http2_window_update(1, 0x7fffffff)}) {
    Client client;
    client.session.feed(greeting() + script);
    output_of(client.session);
    EXPECT_EQ(client.answer.breaks.size(), 1U) << client.told();
    KeptAnswer next;
    ASSERT_TRUE(client.session.can_submit());
    const auto stream = client.session.submit({.authority = "h", .scheme = "https"}, nullptr, next);
    output_of(client.session);
    client.session.feed(head({{":status", "204"}}, whole_message, static_cast<std::uint32_t>(stream.value())));
    EXPECT_TRUE(next.is_whole()) << client.told();
    EXPECT_EQ(client.session.streams_open(), 0U);
  }
}

TEST(Http2Script, AfterAFaultTheGoodbyeStillGoesOut) {
  Client client;
  client.session.feed(greeting() + times(2'000, http2_ping(1)));
  EXPECT_TRUE(client.session.is_over());
  EXPECT_THAT(output_of(client.session), ::testing::HasSubstr(http2_goaway(0, 0xb).substr(3)));
  EXPECT_FALSE(client.session.can_submit());
}

TEST(Http2Script, AnEndWithinTheAnswerIsTold) {
  for (const std::string& script : {std::string(), greeting(), greeting() + ok(0), greeting() + ok() + bytes("abc")}) {
    Client client;
    client.session.feed(script);
    client.session.finish();
    EXPECT_EQ(client.told(), "closed / ") << script.size();
  }
}

}  // namespace
}  // namespace atonce
