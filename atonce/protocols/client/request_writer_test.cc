#include "atonce/protocols/client/request_writer.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::HasSubstr;

HttpRequest request_to(std::string_view url, std::string method = "GET", Fields fields = {}) {
  return {.method = std::move(method), .url = parse_url(url).value(), .fields = std::move(fields)};
}

TEST(RequestWriter, WritesTheSameWhetherItWroteSomethingLikeItBeforeOrNot) {
  const ClientSettings settings{.user_agent = "test"};
  std::vector<HttpRequest> requests;
  for (const std::string_view url : {"http://a/", "http://a/b?c", "http://b:81/", "http://u:p@a/", "http://[::1]/?"})
    for (const std::string_view method : {"GET", "HEAD", "POST"})
      for (const Fields& fields : {Fields{}, Fields{{"X-Y", "z"}}, Fields{{"Host", "other"}}, Fields{{"Accept", ""}}})
        requests.push_back(request_to(url, std::string(method), fields));
  RequestWriter used(settings);
  for (const HttpRequest& request : requests)
    for (const bool decode : {false, true}) {
      const RequestOptions options{.decode = decode};
      RequestWriter unused(settings);
      std::string one, other;
      ASSERT_TRUE(unused.append(one, request, options, nullptr, framing_of(request)));
      for (int again = 0; again < 2; ++again) {
        other.clear();
        ASSERT_TRUE(used.append(other, request, options, nullptr, framing_of(request)));
        EXPECT_EQ(one, other);
      }
    }
}

TEST(RequestWriter, RefusesLineBreaksAlsoBehindACleanRequest) {
  const ClientSettings settings;
  RequestWriter writer(settings);
  std::string out;
  HttpRequest request = request_to("http://a/");
  ASSERT_TRUE(writer.append(out, request, {}, nullptr, BodyFraming::none()));
  for (const std::string_view evil : {"/a b", "/a\r\nX: y", "/\x01", "/a#b", "/\xc3\xa9"}) {
    request.url.path = evil;
    out.clear();
    EXPECT_FALSE(writer.append(out, request, {}, nullptr, BodyFraming::none())) << evil;
    EXPECT_EQ(out, "");
  }
  request = request_to("http://a/");
  request.url.host = "a\r\nEvil: yes";
  EXPECT_FALSE(writer.append(out, request, {}, nullptr, BodyFraming::none()));
}

}  // namespace
}  // namespace atonce
