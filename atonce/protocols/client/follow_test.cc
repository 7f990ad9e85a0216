#include "atonce/protocols/client/follow.h"

#include <fmt/format.h>

#include "atonce/protocols/client/testing.h"
#include "atonce/protocols/cookies/jar.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string redirect(int status, std::string_view location, std::string_view fields = "") {
  return fmt::format("HTTP/1.1 {} Moved\r\nLocation: {}\r\n{}Content-Length: 4\r\n\r\naway", status, location, fields);
}

class Follow : public ClientTest {
 protected:
  /// Fetches from a server that answers with these texts in turn, whatever it is asked.
  Fetched follow(std::vector<std::string> answers, HttpRequest request = request_to("http://a.example/"),
                 RequestOptions options = {.follow = RedirectPolicy{}}) {
    asked_.clear();
    return fetch_one(
        [this, answers](Peer& peer, int) -> Task<void> {
          for (std::string asked = co_await peer.request(); !asked.empty(); asked = co_await peer.request()) {
            asked_.push_back(asked);
            co_await peer.say(answers[std::min(asked_.size(), answers.size()) - 1]);
          }
        },
        options, std::move(request));
  }
  std::vector<std::string> asked_;
};

ON_EVERY_ENGINE(Follow);

TEST_P(Follow, GoesOnToTheAnswerAndTellsTheWay) {
  const Fetched fetched = follow({redirect(301, "/b"), redirect(302, "http://c.example/d?e"), answer("there")});
  EXPECT_EQ(fetched.verdict, Verdict::ok);
  EXPECT_EQ(body_, "there");
  EXPECT_EQ(fetched.exchange.url, "http://c.example/d?e");
  EXPECT_THAT(fetched.exchange.redirects,
              ElementsAre(Redirect{301, "http://a.example/b"}, Redirect{302, "http://c.example/d?e"}));
  EXPECT_THAT(dialed_, ElementsAre("a.example:80", "c.example:80"));
  EXPECT_LE(fetched.started, fetched.resolved);
}

TEST_P(Follow, ShowsARedirectWhenItIsNotAskedToFollow) {
  const Fetched fetched = follow({redirect(301, "/b")}, request_to("http://a.example/"), {});
  EXPECT_EQ(fetched.verdict, Verdict::ok);
  EXPECT_EQ(fetched.exchange.status_code, 301);
  EXPECT_EQ(body_, "away");
}

TEST_P(Follow, ChangesMethodsAsCurlDoes) {
  struct Row {
    std::string_view method;
    int status;
    std::string_view then;
  };
  for (const Row& row : {Row{"POST", 301, "GET"},
                         {"POST", 302, "GET"},
                         {"POST", 303, "GET"},
                         {"POST", 307, "POST"},
                         {"POST", 308, "POST"},
                         {"PUT", 301, "PUT"},
                         {"PUT", 303, "GET"},
                         {"HEAD", 303, "HEAD"}}) {
    HttpRequest request = request_to("http://a.example/", std::string(row.method));
    if (row.method != "HEAD") request.body = "data";
    request.fields.add("Content-Type", "text/plain");
    const std::string last = row.method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" : answer("there");
    const std::string first =
        row.method == "HEAD" ? "HTTP/1.1 303 See\r\nLocation: /b\r\n\r\n" : redirect(row.status, "/b");
    const Fetched fetched = follow({first, last}, request);
    ASSERT_EQ(asked_.size(), 2U) << row.method << row.status;
    EXPECT_THAT(asked_[1], StartsWith(fmt::format("{} /b ", row.then))) << row.method << row.status;
    EXPECT_EQ(asked_[1].ends_with("data"), row.then == row.method && row.method != "HEAD");
    EXPECT_EQ(fetched.exchange.method, row.then);
  }
}

TEST_P(Follow, TakesNoCredentialsToAnotherHostPortOrScheme) {
  HttpRequest request = request_to("http://user:secret@a.example/");
  request.fields.add("Cookie", "a=b");
  request.fields.add("X-Mine", "c");
  follow({redirect(302, "/b"), redirect(302, "http://a.example:81/"), answer("")}, request);
  ASSERT_EQ(asked_.size(), 3U);
  EXPECT_THAT(asked_[1], AllOf(HasSubstr("Authorization: Basic dXNlcjpzZWNyZXQ="), HasSubstr("Cookie: a=b")));
  EXPECT_THAT(asked_[2], AllOf(Not(HasSubstr("Authorization")), Not(HasSubstr("Cookie")), HasSubstr("X-Mine: c")));
}

TEST_P(Follow, RemembersThatARequestWasSentThatMustNotBeRepeated) {
  const Fetched fetched = follow({redirect(303, "/b"), answer("there")}, request_to("http://a.example/", "POST"));
  EXPECT_EQ(fetched.exchange.method, "GET");
  EXPECT_TRUE(fetched.exchange.sent);
  EXPECT_EQ(fetched.tries, 1);
}

TEST_P(Follow, EndsLoopsAndLongWays) {
  Fetched fetched = follow({redirect(302, "/b"), redirect(302, "/")});
  EXPECT_EQ(fetched.verdict, Verdict::redirect_loop);
  EXPECT_EQ(fetched.exchange.redirects.size(), 2U);
  std::vector<std::string> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(redirect(302, fmt::format("/{}", i)));
  fetched = follow(answers);
  EXPECT_EQ(fetched.verdict, Verdict::too_many_redirects);
  EXPECT_EQ(asked_.size(), 11U);
}

TEST_P(Follow, GoesNowhereThatIsNotHttp) {
  for (const std::string_view where : {"file:///etc/passwd", "gopher://a/", "javascript:alert(1)", "http://"})
    EXPECT_EQ(follow({redirect(302, where)}).verdict, Verdict::bad_redirect) << where;
  EXPECT_EQ(follow({"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"}).verdict, Verdict::ok);
}

TEST_P(Follow, AsksBeforeItGoesWhereSomebodyElsePoints) {
  play(
      [](Peer& peer, int) -> Task<void> {
        co_await peer.request();
        co_await peer.say(redirect(302, "http://169.254.169.254/secret"));
        co_await peer.request();
      },
      [](HttpClient& client, TestDialer& dialer) -> Task<void> {
        dialer.refused_hosts = {"169.254.169.254"};
        const Got got = co_await client.get("http://a.example/");
        EXPECT_EQ(got.verdict, Verdict::special_use);
        EXPECT_EQ(dialer.dialed.size(), 1U);
      });
}

TEST_P(Follow, HasOneDeadlineForTheWholeWay) {
  const Fetched fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        for (int i = 0; !(co_await peer.request()).empty(); ++i) {
          co_await sleep_for(peer.io, 30ms);
          co_await peer.say(redirect(302, fmt::format("/{}", i)));
        }
      },
      {.timeouts = {.total = 100ms}, .follow = RedirectPolicy{.redirects_max = 50}}, request_to("http://a.example/"));
  EXPECT_EQ(fetched.verdict, Verdict::total_timeout);
  EXPECT_GE(fetched.finished - fetched.started, 95ms);
  EXPECT_LT(fetched.finished - fetched.started, 1s);
}

TEST_P(Follow, CarriesCookiesFromOneAnswerToTheNextRequest) {
  CookieJar jar(PublicSuffixes::system());
  RequestOptions options{.follow = RedirectPolicy{}, .now_s = 1'700'000'000, .cookies = &jar};
  follow({redirect(302, "/b", "Set-Cookie: one=1\r\n"), redirect(302, "/", "Set-Cookie: two=2\r\n"), answer("")},
         request_to("http://a.example/"), options);
  ASSERT_EQ(asked_.size(), 3U);
  EXPECT_THAT(asked_[0], Not(HasSubstr("Cookie")));
  EXPECT_THAT(asked_[1], HasSubstr("Cookie: one=1\r\n"));
  EXPECT_THAT(asked_[2], HasSubstr("Cookie: one=1; two=2\r\n"));
}

}  // namespace
}  // namespace atonce
