#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "atonce/protocols/http/content_coding.h"
#include "atonce/world/web/json.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

WebRequest request_of(std::string method, std::string target, Fields fields = {}, std::string body = {}) {
  return {.method = std::move(method),
          .target = std::move(target),
          .host = "site.example:8080",
          .fields = std::move(fields),
          .body = std::move(body),
          .peer = *parse_address("192.0.2.7"),
          .now = 784'111'777,
          .random = 0x0123'4567'89ab'cdef};
}

WebResponse get(std::string target, Fields fields = {}) {
  return answer_web_request(request_of("GET", std::move(target), std::move(fields)));
}

WebResponse post(Fields fields, std::string body) {
  return answer_web_request(request_of("POST", "/post", std::move(fields), std::move(body)));
}

std::string field_of(const WebResponse& response, std::string_view name) {
  return std::string(response.fields.find(name).value_or("<none>"));
}

/// What is behind the head, put together.
std::string body_of(const WebResponse& response) {
  std::string body = response.body;
  while (response.pieces) {
    const std::optional<WebPiece> piece = response.pieces();
    if (!piece) break;
    body += piece->bytes;
  }
  return body;
}

Duration waits_of(const WebResponse& response) {
  Duration sum = response.delay;
  while (const std::optional<WebPiece> piece = response.pieces()) sum += piece->wait;
  return sum;
}

TEST(WebRoutes, TellBackWhatTheyWereAskedAsHttpbinDoes) {
  const WebResponse response = get("/get?a=1&a=2&b=x%20y+z&c", {{"x-forwarded-proto", "https"}, {"user-agent", "me"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(field_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(
      body_of(response),
      "{\"args\":{\"a\":[\"1\",\"2\"],\"b\":\"x y z\",\"c\":\"\"},\"headers\":{\"Host\":\"site.example:8080\","
      "\"User-Agent\":\"me\"},\"origin\":\"192.0.2.7\",\"url\":\"https://site.example:8080/get?a=1&a=2&b=x%20y+z&c\"}"
      "\n");
}

TEST(WebRoutes, TellFieldsThatStandBetweenOnlyWhenAsked) {
  EXPECT_THAT(body_of(get("/headers?show_env=1", {{"X-Request-Id", "7"}})), HasSubstr("\"X-Request-Id\":\"7\""));
  EXPECT_THAT(body_of(get("/headers", {{"X-Request-Id", "7"}})), Not(HasSubstr("X-Request-Id")));
}

TEST(WebRoutes, ReadFormsFilesAndJson) {
  EXPECT_THAT(body_of(post({{"Content-Type", "application/x-www-form-urlencoded"}}, "a=1&b=%C3%A4")),
              HasSubstr("\"data\":\"\",\"files\":{},\"form\":{\"a\":\"1\",\"b\":\"\\u00e4\"}"));
  const std::string json =
      body_of(post({{"Content-Type", "application/json"}}, "{\"b\": [1, 2.5, null], \"a\": \"x\"}"));
  EXPECT_THAT(json, HasSubstr("\"json\":{\"a\":\"x\",\"b\":[1,2.5,null]}"));
  EXPECT_THAT(json, HasSubstr("\"data\":\"{\\\"b\\\": [1, 2.5, null], \\\"a\\\": \\\"x\\\"}\""));
  const std::string multipart = body_of(post({{"Content-Type", "multipart/form-data; boundary=\"b b\""}},
                                             "--b b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n"
                                             "Content-Type: text/plain\r\n\r\nhi\r\n\xff\r\n--b b\r\n"
                                             "content-disposition: form-data; name=v\r\n\r\n\r\n--b b--\r\n"));
  EXPECT_THAT(multipart, HasSubstr("\"files\":{\"f\":\"data:text/plain;base64,aGkNCv8=\"},\"form\":{\"v\":\"\"}"));
}

TEST(WebRoutes, ShowABodyThatIsNoTextAsADataUrl) {
  EXPECT_THAT(body_of(post({}, "\xff\xfe")), HasSubstr("\"data\":\"data:application/octet-stream;base64,//4=\""));
}

TEST(WebRoutes, RefuseJsonThatIsNestedTooDeeply) {
  EXPECT_TRUE(parse_web_json(std::string(500, '[') + std::string(500, ']')));
  EXPECT_FALSE(parse_web_json(std::string(501, '[') + std::string(501, ']')));
  EXPECT_THAT(body_of(post({}, std::string(100'000, '['))), HasSubstr("\"json\":null"));
}

TEST(WebRoutes, SayWhichMethodsTheyTake) {
  const WebResponse refused = answer_web_request(request_of("DELETE", "/get"));
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(field_of(refused, "Allow"), "GET, HEAD, OPTIONS");
  const WebResponse options = answer_web_request(request_of("OPTIONS", "/post"));
  EXPECT_EQ(options.status, 200);
  EXPECT_EQ(field_of(options, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(answer_web_request(request_of("HEAD", "/get")).status, 200);
  EXPECT_EQ(get("/nothing/here").status, 404);
  EXPECT_EQ(answer_web_request(request_of("PUT", "/anything/at/all")).status, 200);
  EXPECT_EQ(answer_web_request(request_of("TRACE", "/anything")).status, 200);
}

TEST(WebRoutes, GiveTheStatusThatIsAskedFor) {
  EXPECT_EQ(get("/status/418").status, 418);
  EXPECT_EQ(field_of(get("/status/302"), "Location"), "/redirect/1");
  EXPECT_EQ(field_of(get("/status/401"), "WWW-Authenticate"), "Basic realm=\"Fake Realm\"");
  for (const char* bad : {"x", "", "99", "100", "1000", "200,", "200:x", "200:-1", "200:nan"})
    EXPECT_NE(get(std::string("/status/") + bad).status, 200) << bad;
  std::set<int> seen;
  for (std::uint64_t i = 0; i < 64; ++i) {
    WebRequest request = request_of("GET", "/status/200,500:1,503:0");
    request.random = i << 58;
    seen.insert(answer_web_request(request).status);
  }
  EXPECT_EQ(seen, (std::set<int>{200, 500}));
}

TEST(WebRoutes, MakeTheSameBytesAsPythonForASeed) {
  EXPECT_EQ(body_of(get("/bytes/8?seed=5")), std::string("\x82\xb7\x0e\xee\x7f\x1a\x50\x39"));
  EXPECT_EQ(body_of(get("/stream-bytes/8?seed=5&chunk_size=3")), body_of(get("/bytes/8?seed=5")));
  EXPECT_EQ(get("/bytes/1000000").length, 1'000'000u);
  EXPECT_EQ(body_of(get("/bytes/100000?seed=1")).size(), 100'000u);
  EXPECT_EQ(get("/bytes/99999999999").length, 1u << 30);
  EXPECT_FALSE(get("/stream-bytes/10").length);
}

TEST(WebRoutes, StreamLinesOfJson) {
  const std::string body = body_of(get("/stream/3"));
  EXPECT_EQ(std::ranges::count(body, '\n'), 3);
  EXPECT_THAT(body, HasSubstr("\"id\": 2"));
}

TEST(WebRoutes, DripOverTheTimeTheyAreGiven) {
  const WebResponse response = get("/drip?numbytes=5&duration=2&delay=1&code=202");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.length, 5u);
  EXPECT_EQ(waits_of(response), 2'600ms);  // Four pauses between five bytes, after the delay.
  EXPECT_EQ(get("/drip?numbytes=0").status, 400);
  EXPECT_EQ(get("/delay/0.25").delay, 250ms);
  EXPECT_EQ(get("/delay/3600").delay, 10s);
  EXPECT_EQ(get("/delay/-1").status, 400);
}

TEST(WebRoutes, GiveTheRangeThatIsAskedFor) {
  const auto range = [](const char* field) { return get("/range/26", {{"Range", field}}); };
  EXPECT_EQ(body_of(range("bytes=3-5")), "def");
  EXPECT_EQ(range("bytes=3-5").status, 206);
  EXPECT_EQ(field_of(range("bytes=3-5"), "Content-Range"), "bytes 3-5/26");
  EXPECT_EQ(body_of(range("bytes=-2")), "yz");
  EXPECT_EQ(body_of(range("bytes=24-")), "yz");
  EXPECT_EQ(range("bytes=0-25").status, 200);
  EXPECT_EQ(range("bytes=30-").status, 416);
  EXPECT_EQ(range("bytes=5-3").status, 416);
  EXPECT_EQ(range("bytes=0-26").status, 416);
  EXPECT_EQ(range("cows=1-2").status, 200);
  EXPECT_EQ(get("/range/102401").status, 404);
}

TEST(WebRoutes, LeadOnStepByStep) {
  EXPECT_EQ(field_of(get("/redirect/3"), "Location"), "/relative-redirect/2");
  EXPECT_EQ(field_of(get("/redirect/1"), "Location"), "/get");
  EXPECT_EQ(field_of(get("/redirect/2?absolute=True"), "Location"), "http://site.example:8080/absolute-redirect/1");
  EXPECT_EQ(field_of(get("/absolute-redirect/1"), "Location"), "http://site.example:8080/get");
  EXPECT_EQ(field_of(get("/redirect-to?url=http%3A%2F%2Fx.example%2F&status_code=307"), "Location"),
            "http://x.example/");
  EXPECT_EQ(get("/redirect-to?url=/x&status_code=307").status, 307);
  EXPECT_EQ(get("/redirect-to?url=/x&status_code=200").status, 302);
  EXPECT_EQ(get("/redirect-to").status, 400);
  EXPECT_EQ(get("/redirect-to?url=/x%0d%0aSet-Cookie:a").status, 400);
  EXPECT_EQ(get("/redirect/0").status, 404);
}

TEST(WebRoutes, SetAndDeleteCookies) {
  const WebResponse set = get("/cookies/set?a=1&b=x%20y");
  EXPECT_THAT(set.fields.all("Set-Cookie"), testing::ElementsAre("a=1; Path=/", "b=\"x y\"; Path=/"));
  EXPECT_EQ(field_of(set, "Location"), "/cookies");
  EXPECT_THAT(field_of(get("/cookies/delete?a"), "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(body_of(get("/cookies", {{"Cookie", "a=1; b=\"x y\"; c"}})), "{\"cookies\":{\"a\":\"1\",\"b\":\"x y\"}}\n");
  EXPECT_EQ(get("/cookies/set?a%0d=1").status, 400);
  EXPECT_EQ(field_of(get("/cookies/set/n/v"), "Set-Cookie"), "n=v; Path=/");
}

TEST(WebRoutes, AskWhoIsThere) {
  EXPECT_EQ(get("/basic-auth/u/p").status, 401);
  EXPECT_EQ(get("/basic-auth/u/p", {{"Authorization", "Basic dTpw"}}).status, 200);
  EXPECT_EQ(get("/basic-auth/u/q", {{"Authorization", "Basic dTpw"}}).status, 401);
  EXPECT_EQ(get("/hidden-basic-auth/u/q", {{"Authorization", "Basic dTpw"}}).status, 404);
  EXPECT_EQ(get("/bearer").status, 401);
  EXPECT_THAT(body_of(get("/bearer", {{"Authorization", "Bearer abc"}})), HasSubstr("\"token\":\"abc\""));
}

TEST(WebRoutes, CompressWhatTheyTellBack) {
  for (const char* path : {"/gzip", "/deflate", "/brotli", "/zstd"}) {
    const WebResponse response = get(path);
    auto decoder = ContentDecoder::make(field_of(response, "Content-Encoding"));
    ASSERT_TRUE(decoder) << path;
    std::string_view wire = response.body;
    std::string decoded;
    for (std::string_view piece; !(piece = decoder->next(wire)).empty();) decoded += piece;
    EXPECT_TRUE(decoder->finish()) << path;
    EXPECT_TRUE(parse_web_json(decoded)) << path;
    EXPECT_THAT(decoded, HasSubstr("\"method\":\"GET\"")) << path;
  }
}

TEST(WebRoutes, KnowWhatIsFresh) {
  EXPECT_EQ(field_of(get("/cache"), "Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(get("/cache", {{"If-None-Match", "x"}}).status, 304);
  EXPECT_EQ(field_of(get("/cache/60"), "Cache-Control"), "public, max-age=60");
  EXPECT_EQ(get("/etag/t", {{"If-None-Match", "W/\"s\", \"t\""}}).status, 304);
  EXPECT_EQ(get("/etag/t", {{"If-None-Match", "\"s\""}}).status, 200);
  EXPECT_EQ(get("/etag/t", {{"If-Match", "\"s\""}}).status, 412);
  EXPECT_EQ(get("/etag/t", {{"If-Match", "*"}}).status, 200);
}

TEST(WebRoutes, AnswerWithTheFieldsOfTheQuery) {
  const WebResponse response = get("/response-headers?a=b&c=d&c=e");
  EXPECT_EQ(response.body,
            "{\"Content-Length\":\"80\",\"Content-Type\":\"application/json\",\"a\":\"b\",\"c\":[\"d\",\"e\"]}\n");
  EXPECT_EQ(response.body.size(), 80u);
  EXPECT_EQ(field_of(response, "a"), "b");
  EXPECT_EQ(get("/response-headers?a=%0d%0ab").status, 400);
  EXPECT_EQ(get("/response-headers?Transfer-Encoding=chunked").status, 400);
}

TEST(WebRoutes, HavePages) {
  EXPECT_THAT(body_of(get("/")), HasSubstr("/hostile/both-lengths"));
  EXPECT_THAT(body_of(get("/html")), HasSubstr("<title>"));
  EXPECT_EQ(body_of(get("/base64/SGVsbG8=")), "Hello");
  EXPECT_EQ(get("/base64/!").status, 400);
  EXPECT_EQ(field_of(get("/links/3"), "Location"), "/links/3/0");
  EXPECT_EQ(body_of(get("/links/3/1")),
            "<html><head><title>Links</title></head><body><a href='/links/3/0'>0</a> 1 <a href='/links/3/2'>2</a> "
            "</body></html>");
  EXPECT_THAT(body_of(get("/uuid")), testing::ContainsRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]"));
  EXPECT_THAT(body_of(get("/json")), StartsWith("{\"slideshow\":{\"author\""));
}

TEST(WebRoutes, LetEveryPageBeReadFromAnywhere) {
  EXPECT_EQ(field_of(get("/get"), "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(field_of(get("/get", {{"Origin", "https://x.example"}}), "Access-Control-Allow-Origin"),
            "https://x.example");
}

TEST(WebRoutes, HaveAPathOfTheirOwnEach) {
  std::set<std::string_view> paths;
  for (const auto group : all_web_routes())
    for (const WebRoute& route : group) {
      EXPECT_TRUE(paths.insert(route.path).second) << route.path;
      EXPECT_FALSE(route.help.empty()) << route.path;
      EXPECT_EQ(route.path.front(), '/');
    }
  EXPECT_GT(paths.size(), 100u);
}

}  // namespace
}  // namespace atonce
