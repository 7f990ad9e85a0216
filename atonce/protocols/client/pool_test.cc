#include <algorithm>

#include "atonce/protocols/client/testing.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr std::string_view url = "http://a.example/";

class ClientPool : public ClientTest {
 protected:
  /// A GET of `where`: its verdict and its body.
  static Task<std::pair<Fetched, std::string>> get(HttpClient& client, std::string where, std::string method = "GET",
                                                   RequestOptions options = {}) {
    KeptBody body;
    const HttpRequest request = request_to(where, std::move(method));
    Fetched fetched = co_await client.fetch(request, body, options);
    co_return std::pair(std::move(fetched), body.take());
  }
  /// So many at once; how many had the verdict ok.
  Task<int> get_many(HttpClient& client, int count, int hosts = 1) {
    std::vector<Task<std::pair<Fetched, std::string>>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(get(client, "http://h" + std::to_string(i % hosts) + ".example/"));
    int ok = 0;
    for (const auto& [fetched, body] : co_await gather(io(), std::move(tasks)))
      ok += fetched.verdict == Verdict::ok && body == "hello";
    co_return ok;
  }
};

ON_EVERY_ENGINE(ClientPool);

TEST_P(ClientPool, SharesNoConnectionBetweenHosts) {
  play(hello, [&](HttpClient& client, TestDialer&) -> Task<void> {
    for (const std::string where : {"http://a/", "http://b/", "http://a:81/", "http://a/x", "http://b/y"})
      EXPECT_EQ((co_await get(client, where)).first.verdict, Verdict::ok);
  });
  EXPECT_THAT(dialed_, ElementsAre("a:80", "b:80", "a:81"));
}

TEST_P(ClientPool, KeepsToItsBoundForAHostAndServesEverybody) {
  settings_.connections_per_host_max = 3;
  int at_once = 0;
  int most = 0;
  play(
      [&](Peer& peer, int) -> Task<void> {
        most = std::max(most, ++at_once);
        while (!(co_await peer.request()).empty()) {
          co_await sleep_for(peer.io, 1ms);
          co_await peer.say(answer("hello"));
        }
        --at_once;
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> { EXPECT_EQ(co_await get_many(client, 20), 20); });
  EXPECT_LE(most, 3);
  EXPECT_EQ(dialed_.size(), 3U);
}

TEST_P(ClientPool, KeepsToItsBoundInTotalAndClosesTheIdleOnesForOthers) {
  settings_.connections_max = 4;
  play(hello, [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ(co_await get_many(client, 40, 10), 40);
    EXPECT_LE(client.counts().open, 4U);
  });
}

TEST_P(ClientPool, KeepsFewIdleOnesAndThoseNotForLong) {
  settings_.idle_max = 5;
  settings_.idle_timeout = 30ms;
  play(hello, [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ(co_await get_many(client, 12, 12), 12);
    EXPECT_EQ(client.counts().idle, 5U);
    co_await sleep_for(io(), 50ms);
    EXPECT_EQ(client.counts().idle, 0U);
    EXPECT_EQ(client.counts().open, 0U);
  });
}

TEST_P(ClientPool, TakesTheOneThatServedLast) {
  std::vector<int> served;
  play(
      [&](Peer& peer, int number) -> Task<void> {
        while (!(co_await peer.request()).empty()) {
          served.push_back(number);
          co_await sleep_for(peer.io, number == 0 ? 2ms : 8ms);
          co_await peer.say(answer("hello"));
        }
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        co_await gather(io(), get(client, std::string(url)), get(client, std::string(url)));
        served.clear();
        for (int i = 0; i < 3; ++i) co_await get(client, std::string(url));
      });
  EXPECT_THAT(served, ElementsAre(1, 1, 1));
}

TEST_P(ClientPool, NoticesAConnectionThatWasClosedWhileItIdled) {
  play(
      [&](Peer& peer, int) -> Task<void> {
        co_await peer.request();
        co_await peer.say(answer("hello"));
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
          const auto [fetched, body] = co_await get(client, std::string(url), "POST");
          EXPECT_EQ(fetched.verdict, Verdict::ok);
          EXPECT_EQ(fetched.tries, 1);
          co_await sleep_for(io(), 10ms);
        }
      });
  EXPECT_EQ(dialed_.size(), 3U);
  EXPECT_EQ(counts_.stale, 2U);
}

TEST_P(ClientPool, TakesNoByteThatCameWhileNobodyAsked) {
  play(
      [&](Peer& peer, int number) -> Task<void> {
        co_await peer.request();
        co_await peer.say(answer("first"));
        co_await sleep_for(peer.io, 5ms);
        if (number == 0) co_await peer.say(answer("poison"));
        co_await peer.request();
        co_await peer.say(answer("second"));
        co_await peer.request();
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
        co_await sleep_for(io(), 20ms);
        EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
      });
  EXPECT_EQ(counts_.stale, 1U);
}

TEST_P(ClientPool, TakesNoByteBehindAnAnswerForTheNextOne) {
  play(
      [&](Peer& peer, int) -> Task<void> {
        while (!(co_await peer.request()).empty()) co_await peer.say(answer("right") + answer("poison"));
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
          const auto [fetched, body] = co_await get(client, std::string(url));
          EXPECT_EQ(fetched.verdict, Verdict::ok);
          EXPECT_EQ(body, "right");
          co_await sleep_for(io(), 5ms);
        }
      });
  EXPECT_EQ(dialed_.size(), 3U);
}

/// Answers the first request; of the second it reads everything and hangs up.
Task<void> answers_once(Peer& peer, int number) {
  co_await peer.request();
  co_await peer.say(answer(number == 0 ? "first" : "again"));
  if (number == 0) co_await peer.request();
}

TEST_P(ClientPool, TriesOnceMoreWhereThatIsSafe) {
  play(answers_once, [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
    const auto [fetched, body] = co_await get(client, std::string(url));
    EXPECT_EQ(fetched.verdict, Verdict::ok);
    EXPECT_EQ(body, "again");
    EXPECT_EQ(fetched.tries, 2);
    EXPECT_FALSE(fetched.exchange.reused);
  });
  EXPECT_EQ(counts_.retried, 1U);
}

TEST_P(ClientPool, SendsNothingTwiceThatMayHaveBeenDone) {
  play(answers_once, [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
    const auto [fetched, body] = co_await get(client, std::string(url), "POST");
    EXPECT_EQ(fetched.verdict, Verdict::empty_reply);
    EXPECT_TRUE(fetched.exchange.sent);
    EXPECT_EQ(fetched.tries, 1);
  });
  play(answers_once, [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
    EXPECT_EQ((co_await get(client, std::string(url), "POST", {.idempotent = true})).second, "again");
  });
}

TEST_P(ClientPool, DoesNotTryAgainOnceAByteOfTheAnswerCame) {
  play(
      [](Peer& peer, int) -> Task<void> {
        co_await peer.request();
        co_await peer.say(answer("first"));
        co_await peer.request();
        co_await peer.say("H");
        co_await peer.hang_up();
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        EXPECT_EQ((co_await get(client, std::string(url))).second, "first");
        const auto [fetched, body] = co_await get(client, std::string(url));
        EXPECT_EQ(fetched.verdict, Verdict::partial);
        EXPECT_EQ(fetched.tries, 1);
      });
}

TEST_P(ClientPool, UsesAConnectionOnceWhereThatIsAskedFor) {
  play(hello, [&](HttpClient& client, TestDialer&) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      const auto [fetched, body] = co_await get(client, std::string(url), "GET", {.fresh = true});
      EXPECT_FALSE(fetched.exchange.reused);
    }
    EXPECT_EQ(client.counts().open, 0U);
  });
  EXPECT_EQ(dialed_.size(), 3U);
}

TEST_P(ClientPool, HoldsAPlaceWhileAnExchangeIsUnderWayAndNoneForAnIdleConnection) {
  play(hello, [&](HttpClient& client, TestDialer& dialer) -> Task<void> {
    co_await get_many(client, 3);
    EXPECT_EQ(dialer.places, 0);
    EXPECT_EQ(dialer.places_most, 3);
    EXPECT_GT(client.counts().idle, 0U);
  });
}

TEST_P(ClientPool, ACancelledWaiterLeavesTheLineAndTheOthersAreServed) {
  settings_.connections_per_host_max = 1;
  play(
      [](Peer& peer, int) -> Task<void> {
        while (!(co_await peer.request()).empty()) {
          co_await sleep_for(peer.io, 5ms);
          co_await peer.say(answer("hello"));
        }
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        Fetched cancelled;
        KeptBody nowhere;
        const HttpRequest request = request_to(url);
        const RequestOptions options;
        co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
          scope.start([&]() -> Task<void> { EXPECT_EQ(co_await get_many(client, 1), 1); });
          scope.start(
              [&](Scope* outer) -> Task<void> {
                co_await with_scope(io(), [&](Scope& inner) -> Task<void> {
                  inner.start(
                      [&]() -> Task<void> { co_await client.fetch_into(cancelled, request, nowhere, options); });
                  co_await sleep_for(io(), 2ms);
                  inner.cancel();
                });
                (void)outer;
              },
              &scope);
          scope.start([&]() -> Task<void> { EXPECT_EQ(co_await get_many(client, 2), 2); });
          co_return;
        });
        EXPECT_TRUE(cancelled.verdict == Verdict::unfinished || cancelled.verdict == Verdict::ok);
      });
}

TEST_P(ClientPool, ASlowHostHoldsUpNobodyElse) {
  settings_.connections_max = 8;
  settings_.connections_per_host_max = 4;
  play(
      [](Peer& peer, int) -> Task<void> {
        for (std::string asked = co_await peer.request(); !asked.empty(); asked = co_await peer.request()) {
          if (asked.find("Host: slow") != asked.npos) co_await sleep_for(peer.io, 300ms);
          co_await peer.say(answer("hello"));
        }
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
          for (int i = 0; i < 6; ++i) scope.start([&]() -> Task<void> { co_await get(client, "http://slow/"); });
          co_await sleep_for(io(), 5ms);
          const Instant began = io().now();
          EXPECT_EQ(co_await get_many(client, 20, 5), 20);
          EXPECT_LT(io().now() - began, 200ms);
          scope.cancel();
        });
      });
}

}  // namespace
}  // namespace atonce
