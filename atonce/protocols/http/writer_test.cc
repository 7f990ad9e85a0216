#include "atonce/protocols/http/writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "atonce/protocols/http/deliveries.h"

namespace atonce {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;

std::string request_complaint(const RequestHead& head, BodyFraming framing = {}) {
  std::string out = "before";
  const Parsed<void> written = append_request(out, head, framing);
  EXPECT_FALSE(written);
  EXPECT_EQ(out, "before") << "a complaint leaves no byte behind";
  return written ? "" : written.error().text;
}

TEST(RequestWriter, WritesWhatAReaderReads) {
  const RequestHead head{
      .method = "POST", .target = "/a?b", .authority = "example.com", .fields = {{"Accept", "*/*"}, {"X", ""}}};
  const std::string text = write_request(head, BodyFraming::of_length(3)).value();
  EXPECT_EQ(text, "POST /a?b HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nX: \r\nContent-Length: 3\r\n\r\n");
  const Told told = requests(text + "abc");
  EXPECT_EQ(told.messages, 1);
  EXPECT_EQ(told.body, "abc");
}

TEST(RequestWriter, LeavesHostAndLengthToTheFieldsThatHaveThem) {
  const RequestHead head{.authority = "a", .fields = {{"host", "b"}, {"content-length", "3"}}};
  EXPECT_EQ(write_request(head, BodyFraming::of_length(3)).value(),
            "GET / HTTP/1.1\r\nhost: b\r\ncontent-length: 3\r\n\r\n");
}

TEST(RequestWriter, RefusesWhatEndsALineOrHidesInIt) {
  for (const std::string_view bad : {"\r"sv, "\n"sv, "\r\nX: y"sv, "\0"sv, "\x01"sv, "\x7f"sv, "\x1b[2J"sv}) {
    EXPECT_NE(request_complaint({.method = std::string("G").append(bad)}), "");
    EXPECT_NE(request_complaint({.target = std::string("/").append(bad)}), "");
    EXPECT_NE(request_complaint({.authority = std::string("a").append(bad)}), "");
    EXPECT_NE(request_complaint({.fields = {{"X", std::string("y").append(bad)}}}), "");
    EXPECT_NE(request_complaint({.fields = {{std::string("X").append(bad), "y"}}}), "");
  }
  EXPECT_THAT(request_complaint({.fields = {{"X", "a\nb"}}}), HasSubstr("the value of X has a line end"));
  EXPECT_THAT(request_complaint({.fields = {{"X", "a\0b"sv}}}), HasSubstr("NUL"));
}

TEST(RequestWriter, RefusesMethodsTargetsAndNamesThatAreNone) {
  for (const std::string_view method : {"", "G T", "G(T", "GET/", "\xc3\xa9"})
    EXPECT_NE(complaint_about_method(method), "") << method;
  EXPECT_NE(complaint_about_method(std::string(33, 'A')), "");
  for (const std::string_view target : {"", "/a b", "/a#b", "/\xc3\xa9", "/\t"})
    EXPECT_NE(complaint_about_target(target), "") << target;
  for (const std::string_view name : {"", "a b", "a:", "\xc3\xa9", "a\"b"})
    EXPECT_NE(complaint_about_field(name, "x"), "") << name;
  for (const std::string_view value : {"", "a b", "\xc3\xa9", "a\tb"})
    EXPECT_EQ(complaint_about_field("x", value), "") << value;
}

TEST(RequestWriter, RefusesLengthsThatContradictTheBody) {
  EXPECT_THAT(request_complaint({.fields = {{"Content-Length", "4"}}}, BodyFraming::of_length(3)), HasSubstr("says 4"));
  EXPECT_NE(request_complaint({.fields = {{"Content-Length", "4"}}}, BodyFraming::chunked()), "");
  EXPECT_NE(
      request_complaint({.fields = {{"Content-Length", "4"}, {"Content-Length", "4"}}}, BodyFraming::of_length(4)), "");
  EXPECT_NE(request_complaint({.fields = {{"Transfer-Encoding", "chunked"}}}, BodyFraming::of_length(3)), "");
  EXPECT_NE(request_complaint({.fields = {{"Transfer-Encoding", "gzip"}}}, BodyFraming::chunked()), "");
  EXPECT_NE(request_complaint({}, BodyFraming::until_close()), "");
  EXPECT_NE(request_complaint({.fields = {{"Host", "a"}, {"Host", "b"}}}), "");
}

TEST(ResponseWriter, WritesWhatAReaderReads) {
  const ResponseHead head{.status = 404, .fields = {{"Server", "x"}}};
  const std::string text = write_response(head, BodyFraming::of_length(2)).value();
  EXPECT_EQ(text, "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(answers(text + "no").body, "no");
  const std::string open = write_response({.status = 200}, BodyFraming::until_close()).value();
  EXPECT_THAT(open, HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(answers(open + "abc").keep_alive);
  EXPECT_TRUE(write_response({.status = 200, .fields = {{"Content-Length", "1000"}}})) << "to HEAD";
}

TEST(ResponseWriter, RefusesWhatEndsALine) {
  EXPECT_FALSE(write_response({.status = 200, .reason = "O\nK"}));
  EXPECT_FALSE(write_response({.status = 200, .fields = {{"Location", "/\r\nSet-Cookie: a"}}}));
  EXPECT_FALSE(write_response({.status = 99}));
}

TEST(ChunkWriter, WritesWhatAReaderReads) {
  std::string text = write_response({.status = 200}, BodyFraming::chunked()).value();
  append_chunk(text, "hello");
  append_chunk(text, "");
  append_chunk(text, std::string(300, 'x'));
  text.append(chunk_header(2)).append("hi").append(chunk_end);
  ASSERT_TRUE(append_last_chunk(text, {{"Digest", "1"}}));
  const Told told = answers(text);
  EXPECT_EQ(told.body, fmt::format("hello{}hi", std::string(300, 'x')));
  EXPECT_EQ(told.trailers.find("Digest"), "1");
  std::string out;
  EXPECT_FALSE(append_last_chunk(out, {{"X", "a\nb"}}));
}

}  // namespace
}  // namespace atonce
