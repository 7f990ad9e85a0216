#include "atonce/protocols/http/request_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "atonce/protocols/http/deliveries.h"

namespace atonce {
namespace {

constexpr std::string_view get = "GET /a?b=c HTTP/1.1\r\nHost: example.com:8080\r\nAccept: */*\r\n\r\n";

HttpFault of_line(std::string_view line) { return requests(fmt::format("{}\r\nHost: a\r\n\r\n", line)).fault; }
HttpFault of_fields(std::string_view lines) {
  return requests(fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n", lines)).fault;
}

TEST(Request, HasItsLineItsFieldsAndItsHost) {
  const Told told = requests(get);
  EXPECT_EQ(told.request.method, "GET");
  EXPECT_EQ(told.request.target, "/a?b=c");
  EXPECT_EQ(told.request.authority, "example.com:8080");
  EXPECT_EQ(told.request.version, HttpVersion::http11);
  EXPECT_EQ(told.request.fields.find("accept"), "*/*");
  EXPECT_TRUE(told.keep_alive);
  EXPECT_EQ(told.messages, 1);
}

TEST(Request, HasABodyOfItsLengthOrOfChunks) {
  EXPECT_EQ(requests("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").body, "abc");
  const Told chunked = requests(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n");
  EXPECT_EQ(chunked.body, "abcd");
  EXPECT_EQ(chunked.trailers.find("x"), "y");
  EXPECT_EQ(requests("POST / HTTP/1.1\r\nHost: a\r\n\r\n").messages, 1) << "without either it has none";
}

TEST(Request, FollowsTheOneBeforeEvenWhenItCameWithIt) {
  const Told told =
      requests(fmt::format("{}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n{}", get, get));
  EXPECT_EQ(told.messages, 3);
  EXPECT_EQ(told.fault, HttpFault::none);
}

TEST(Request, ThatIsPipelinedWaitsUntilItIsBegun) {
  RequestReader reader;
  const std::string two = fmt::format("{}{}", get, get);
  std::string_view input = two;
  EXPECT_EQ(reader.next(input), HttpEvent::head);
  EXPECT_EQ(reader.next(input), HttpEvent::end);
  EXPECT_EQ(reader.next(input), HttpEvent::more);
  EXPECT_EQ(input, get);
  reader.begin();
  EXPECT_EQ(reader.next(input), HttpEvent::head);
}

TEST(Request, SaysThatItWaitsForContinue) {
  RequestReader reader;
  std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n";
  ASSERT_EQ(reader.next(input), HttpEvent::head);
  EXPECT_TRUE(reader.expects_continue());
  EXPECT_TRUE(reader.in_message());
  input = "abc";
  ASSERT_EQ(reader.next(input), HttpEvent::body);
  ASSERT_EQ(reader.next(input), HttpEvent::end);
  reader.begin();
  EXPECT_FALSE(reader.in_message());
  EXPECT_FALSE(reader.expects_continue());
  EXPECT_EQ(reader.finish(), HttpEvent::more) << "a client may leave between two requests";
}

TEST(Request, KeepsTheConnectionAsItsVersionAndFieldSay) {
  EXPECT_FALSE(requests("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(requests("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(requests("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(Request, TargetsComeInFourForms) {
  for (const std::string_view line :
       {"GET / HTTP/1.1", "GET http://a/b HTTP/1.1", "CONNECT a:443 HTTP/1.1", "OPTIONS * HTTP/1.1"})
    EXPECT_EQ(of_line(line), HttpFault::none) << line;
}

TEST(HttpFault, NotHttpIsARequestThatBeginsWithNoToken) {
  using namespace std::string_view_literals;
  for (const std::string_view stream :
       {"\x16\x03\x01"sv, "\0"sv, "\r\n\r\nGET / HTTP/1.1\r\n\r\n"sv, "\rGET"sv, "\nGET"sv, " GET"sv})
    EXPECT_EQ(requests(stream).fault, HttpFault::not_http);
  EXPECT_EQ(requests(fmt::format("\r\n{}", get)).messages, 1) << "one empty line is passed over";
}

TEST(HttpFault, BadRequestLineIsNotThreePartsWithOneSpaceBetween) {
  for (const std::string_view line : {"GET", "GET /", "GET / ", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
                                      "GET / a HTTP/1.1", "GET /#a HTTP/1.1", "GET\t/\tHTTP/1.1", "G(T / HTTP/1.1",
                                      "GET / FTP/1.1", "GET / http/1.1", "GET \xc3\xa9 HTTP/1.1", "GET a HTTP/1.1"})
    EXPECT_EQ(of_line(line), HttpFault::bad_request_line) << line;
}

TEST(HttpFault, BadVersionOfARequestIsAnyButTheTwoOfHttp1) {
  for (const std::string_view version : {"HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/1.11", "HTTP/"})
    EXPECT_EQ(of_line(fmt::format("GET / {}", version)), HttpFault::bad_version) << version;
}

TEST(HttpFault, UnknownMethodIsNoneOfTheRegisteredOnes) {
  EXPECT_EQ(of_line("FROBNICATE / HTTP/1.1"), HttpFault::unknown_method);
  EXPECT_EQ(of_line("get / HTTP/1.1"), HttpFault::unknown_method);
  for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"})
    EXPECT_EQ(of_line(fmt::format("{} / HTTP/1.1", method)), HttpFault::none) << method;
}

TEST(HttpFault, TargetTooLongIsARequestLineBeyondTheBound) {
  const HttpLimits limits{.target_bytes_max = 40};
  EXPECT_EQ(requests("GET /aaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n", limits).fault, HttpFault::none);
  EXPECT_EQ(requests("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n", limits).fault,
            HttpFault::target_too_long);
}

TEST(HttpFault, BadHostIsNoneOrTwoOrNoHost) {
  EXPECT_EQ(requests("GET / HTTP/1.1\r\n\r\n").fault, HttpFault::bad_host);
  EXPECT_EQ(requests("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n").fault, HttpFault::bad_host);
  for (const std::string_view host : {"a b", "a,b", "a/b", "u@a", "a?b", "a#b"})
    EXPECT_EQ(requests(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host)).fault, HttpFault::bad_host) << host;
  EXPECT_EQ(requests("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").fault, HttpFault::none);
}

TEST(HttpFault, UnknownExpectationIsAnyBut100Continue) {
  EXPECT_EQ(of_fields("Expect: tea"), HttpFault::unknown_expectation);
  EXPECT_EQ(row_of(HttpFault::unknown_expectation).status, 417);
}

TEST(HttpFault, FramingOfARequestIsHeldToTheSameRules) {
  EXPECT_EQ(of_fields("Content-Length: 3\r\nTransfer-Encoding: chunked"), HttpFault::both_lengths);
  EXPECT_EQ(of_fields("Content-Length: 3\r\nContent-Length: 3"), HttpFault::two_lengths);
  EXPECT_EQ(of_fields("Content-Length: +3"), HttpFault::bad_length);
  EXPECT_EQ(of_fields("Transfer-Encoding: gzip"), HttpFault::unknown_transfer_coding);
  EXPECT_EQ(of_fields("Transfer-Encoding: chunked, identity"), HttpFault::chunked_not_last);
  EXPECT_EQ(requests("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").fault, HttpFault::chunked_in_http10);
  EXPECT_EQ(requests("CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").fault, HttpFault::bad_length);
  EXPECT_EQ(of_fields("X : y"), HttpFault::space_before_colon);
  EXPECT_EQ(of_fields("X: y\r\n z"), HttpFault::folded_field);
  EXPECT_EQ(requests("GET / HTTP/1.1\nHost: a\n\n").fault, HttpFault::bare_lf);
  EXPECT_EQ(requests("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabc").fault, HttpFault::ended_in_body);
  EXPECT_EQ(requests("GET / HTTP/1.1\r\nHost: a\r\n").fault, HttpFault::ended_in_head);
}

}  // namespace
}  // namespace atonce
