#include "atonce/jobs/fetch.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "atonce/protocols/client/testing.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A fetch of one URL in a simulated network, where a scripted server listens.
class FetchTest : public ::testing::Test {
 protected:
  Outcome fetch(Script script, std::string path = "/") {
    Outcome outcome{.target = {.host = "192.0.2.1",
                               .address = parse_address("192.0.2.1").value(),
                               .port = 80,
                               .url = "http://192.0.2.1" + std::move(path)},
                    .due = io.now()};
    Neighbourhoods neighbourhoods(plan.politeness, 7);
    const JobSetting setting{plan, neighbourhoods, excludes};
    io.run(with_script(io, true, std::move(script), [&](TestDialer&) -> Task<void> {
      co_await with_fetch(io, setting, 1, [&](Job& job) -> Task<void> { co_await job.run(outcome); });
    }));
    EXPECT_EQ(neighbourhoods.at_address(outcome.target.address), 0u);
    EXPECT_EQ(io.open_handles(), 0u);
    return outcome;
  }

  /// Hangs up on the first `times` connections, then answers.
  Script hangs_up(int times) {
    return [this, times](Peer& peer, int number) -> Task<void> {
      ++requests;
      asked = co_await peer.request();
      if (number >= times) co_await peer.say(answer("hello"));
    };
  }

  SimIo io{seed(7)};
  Plan plan{.job = "fetch"};
  ExcludeList excludes;
  std::string asked;
  int requests = 0;
};

TEST_F(FetchTest, FillsTheOutcomeAndItsExchange) {
  plan.fetch.hash = HashKind::sha256;
  const Outcome outcome = fetch(hangs_up(0), "/a?b");
  EXPECT_EQ(outcome.verdict, Verdict::ok);
  EXPECT_EQ(outcome.tries, 1);
  EXPECT_EQ(outcome.exchange->status_code, 200);
  EXPECT_EQ(outcome.exchange->url, "http://192.0.2.1/a?b");
  EXPECT_EQ(outcome.exchange->body_bytes, 5u);
  EXPECT_THAT(outcome.exchange->hash, StartsWith("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c"));
  EXPECT_TRUE(outcome.exchange->matched);
  EXPECT_LE(outcome.started, outcome.connected);
  EXPECT_THAT(asked, StartsWith("GET /a?b HTTP/1.1\r\n"));
}

TEST_F(FetchTest, TriesAgainAsOftenAsAsked) {
  plan.probe.retries = 2;
  const Outcome won = fetch(hangs_up(2));
  EXPECT_EQ(won.verdict, Verdict::ok);
  EXPECT_EQ(won.tries, 3);
  plan.probe.retries = 1;
  const Outcome lost = fetch(hangs_up(2));
  EXPECT_EQ(lost.verdict, Verdict::empty_reply);
  EXPECT_EQ(lost.tries, 2);
}

TEST_F(FetchTest, NeverRepeatsWhatMayHaveBeenDone) {
  plan.probe.retries = 5;
  plan.fetch.data = "pay=1";
  const Outcome outcome = fetch(hangs_up(1));
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(outcome.tries, 1);
  EXPECT_TRUE(outcome.exchange->sent);
  EXPECT_NE(outcome.verdict, Verdict::ok);
}

TEST_F(FetchTest, EndsADripAtTheTotal) {
  plan.fetch.timeouts.total = 5s;
  const Outcome outcome = fetch([](Peer& peer, int) -> Task<void> {
    (void)co_await peer.request();
    co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1'000; ++i) {
      if (!co_await sleep_for(peer.io, 1s)) co_return;
      co_await peer.say(".");
    }
  });
  EXPECT_EQ(outcome.verdict, Verdict::total_timeout);
  EXPECT_EQ(outcome.finished - outcome.started, 5s);
  EXPECT_EQ(outcome.exchange->status_code, 200);
}

TEST_F(FetchTest, AsksNoOneWhoIsExcluded) {
  excludes = ExcludeList::parse("192.0.2.0/24", "list").value();
  EXPECT_EQ(fetch(hangs_up(0)).verdict, Verdict::excluded);
  EXPECT_EQ(requests, 0);
}

TEST_F(FetchTest, DoesNotFollowARedirectToOneWhoIs) {
  plan.fetch.follow = true;
  excludes = ExcludeList::parse("example.org", "list").value();
  const Outcome outcome = fetch([](Peer& peer, int) -> Task<void> {
    (void)co_await peer.request();
    co_await peer.say("HTTP/1.1 302 Found\r\nLocation: http://www.example.org/\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(outcome.verdict, Verdict::excluded);
}

TEST_F(FetchTest, CallsWhatCannotBeSavedALocalFailure) {
  std::string folder = (std::filesystem::temp_directory_path() / "atonce-fetch-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  plan.fetch.save = folder;
  const Outcome saved = fetch(hangs_up(0), "/x");
  EXPECT_EQ(saved.exchange->saved_as, "00000001-192.0.2.1-x");
  const Outcome lost = fetch([&](Peer& peer, int) -> Task<void> {
    (void)co_await peer.request();
    std::filesystem::remove_all(folder);
    co_await peer.say(answer("hello"));
  });
  EXPECT_EQ(lost.verdict, Verdict::local_file);
  EXPECT_NE(lost.error, 0);
  EXPECT_THAT(lost.exchange->detail, HasSubstr("saving the body"));
}

TEST_F(FetchTest, SendsALargeBodyWholeAndCopiesItToNoRequest) {
  plan.fetch.data = std::string(100'000, 'x');
  const Outcome outcome = fetch(hangs_up(0));
  EXPECT_EQ(outcome.verdict, Verdict::ok);
  EXPECT_THAT(asked, HasSubstr("Content-Length: 100000\r\n"));
  EXPECT_THAT(asked, testing::EndsWith("\r\n\r\n" + *plan.fetch.data));
}

TEST_F(FetchTest, ComplainsBeforeAnythingStarts) {
  const auto complaint = [&] {
    const auto checked = check_fetch(plan);
    return checked ? "fine" : checked.error().text;
  };
  EXPECT_EQ(complaint(), "fine");
  plan.fetch.fields = {{.name = "X", .value = "a\r\nEvil: 1"}};
  EXPECT_THAT(complaint(), AllOf(StartsWith("--header: "), Not(HasSubstr("Evil"))));
  plan.fetch.fields.clear();
  plan.fetch.key = "key.pem";
  EXPECT_THAT(complaint(), HasSubstr("--cert"));
  plan.fetch.key.clear();
  plan.fetch.proxy = "ftp://x";
  EXPECT_THAT(complaint(), StartsWith("--proxy: "));
}

}  // namespace
}  // namespace atonce
