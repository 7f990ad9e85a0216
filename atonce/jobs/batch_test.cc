#include "atonce/jobs/batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "atonce/jobs/batch_source.h"
#include "atonce/protocols/client/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A batch in a simulated network, where a scripted server listens.
class BatchTest : public ::testing::Test {
 protected:
  BatchTest() { std::filesystem::create_directories(folder); }
  ~BatchTest() override { std::filesystem::remove_all(folder); }

  /// A line for each request: POSTs, or what the line says.
  static std::string line_of(std::string_view path, std::string_view more = "") {
    return fmt::format(R"({{"batch": "b", "method": "POST", "url": "http://192.0.2.1{}"{}}})"
                       "\n",
                       path, more);
  }

  Target target_of(std::string_view name, std::string_view text, std::uint32_t members, std::uint32_t step = 0) {
    const std::string path = (folder / name).string();
    std::ofstream(path) << text;
    const bool hurl = is_hurl_file(path);
    return {.index = step,
            .line = 1,
            .input = std::string(name),
            .source = write_batch_source({.path = path, .bytes = hurl ? 0 : text.size()}),
            .batch = 1,
            .step = step,
            .members = members - step};
  }

  /// All outcomes of a batch, in the order in which they came.
  std::vector<Outcome> run(Target target, Script script) {
    std::vector<Outcome> outcomes;
    Outcome ending{.target = std::move(target), .due = io.now()};
    Neighbourhoods neighbourhoods(plan.politeness, 7);
    const JobSetting setting{plan, neighbourhoods, excludes};
    io.run(with_script(io, true, std::move(script), [&](TestDialer&) -> Task<void> {
      co_await with_batch(io, setting, 1, [&](Job& job) -> Task<void> {
        job.emit_to([&](Outcome&& outcome) { outcomes.push_back(std::move(outcome)); });
        co_await job.run(ending);
      });
    }));
    outcomes.push_back(std::move(ending));
    EXPECT_EQ(io.open_handles(), 0u);
    return outcomes;
  }

  static std::vector<Verdict> verdicts(const std::vector<Outcome>& outcomes) {
    std::vector<Verdict> all;
    for (const Outcome& outcome : outcomes) all.push_back(outcome.verdict);
    return all;
  }

  /// Answers with the words behind the path: "/200" is answered 200, "/hang" not at all.
  Script by_path() {
    return [this](Peer& peer, int) -> Task<void> {
      while (true) {
        const std::string request = co_await peer.request();
        if (request.empty()) co_return;
        asked.push_back(request.substr(0, request.find(" HTTP/")));
        last = request;
        if (request.find("/hang-up") != request.npos) co_return;
        const bool missing = request.find("/404") != request.npos;
        const std::string body = R"({"n": 5, "path": "/captured"})";
        co_await peer.say(fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}",
                                      missing ? "404 Not Found" : "200 OK", body.size(), body));
      }
    };
  }

  void keep_run() { plan.run.path = folder.string(); }

  std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("atonce-batch-test-{}", getpid());
  SimIo io{seed(7)};
  Plan plan{.job = "batch", .run = {.none = false}};
  ExcludeList excludes;
  std::vector<std::string> asked;
  std::string last;  ///< request
};

TEST_F(BatchTest, SendsEachRequestAfterTheAnswerToTheOneBefore) {
  const auto outcomes = run(target_of("a.jsonl", line_of("/1") + line_of("/2") + line_of("/3"), 3), by_path());
  EXPECT_THAT(asked, ElementsAre("POST /1", "POST /2", "POST /3"));
  EXPECT_THAT(verdicts(outcomes), Each(Verdict::ok));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].target.index, i);
    EXPECT_EQ(outcomes[i].target.step, i);
    EXPECT_EQ(outcomes[i].exchange->line, i + 1);
    if (i > 0) EXPECT_GE(outcomes[i].started, outcomes[i - 1].finished);
  }
  EXPECT_TRUE(outcomes[2].exchange->reused);
  EXPECT_EQ(outcomes[1].exchange->batch_end, BatchEnd::none);
  EXPECT_EQ(outcomes[2].exchange->batch_end, BatchEnd::completed);
  EXPECT_GT(outcomes[2].exchange->batch_took, 1us);
}

TEST_F(BatchTest, SkipsWhatIsBehindARequestThatFailed) {
  const std::string lines = line_of("/1") + line_of("/404", R"(, "expect": 200)") + line_of("/3") + line_of("/4");
  const auto outcomes = run(target_of("a.jsonl", lines, 4), by_path());
  EXPECT_THAT(verdicts(outcomes), ElementsAre(Verdict::ok, Verdict::assert_failed, Verdict::skipped, Verdict::skipped));
  EXPECT_THAT(outcomes[1].exchange->detail, HasSubstr("a.jsonl:2:1: status"));
  EXPECT_EQ(outcomes[3].exchange->batch_end, BatchEnd::failed);
  EXPECT_THAT(asked, Not(Contains("POST /3")));
}

TEST_F(BatchTest, GoesOnBehindItWhereAskedTo) {
  plan.batch.keep_going = true;
  const std::string lines = line_of("/404", R"(, "expect": 200)") + line_of("/2");
  EXPECT_THAT(verdicts(run(target_of("a.jsonl", lines, 2), by_path())),
              ElementsAre(Verdict::assert_failed, Verdict::ok));
}

TEST_F(BatchTest, CallsUnknownWhatWasSentAndNotAnswered) {
  const auto outcomes = run(target_of("a.jsonl", line_of("/hang-up") + line_of("/2"), 2), by_path());
  EXPECT_THAT(verdicts(outcomes), ElementsAre(Verdict::unknown_outcome, Verdict::skipped));
  EXPECT_THAT(asked, ElementsAre("POST /hang-up"));
}

TEST_F(BatchTest, KnowsWhatMayBeSentTwice) {
  const std::string get = R"({"url": "http://192.0.2.1/hang-up"})"
                          "\n";
  EXPECT_THAT(verdicts(run(target_of("a.jsonl", get, 1), by_path())), ElementsAre(Verdict::empty_reply));
  const std::string keyed = line_of("/hang-up", R"(, "idempotency_key": "k1")");
  EXPECT_THAT(verdicts(run(target_of("b.jsonl", keyed, 1), by_path())), ElementsAre(Verdict::empty_reply));
  EXPECT_THAT(last, HasSubstr("Idempotency-Key: k1\r\n"));
  plan.batch.idempotent = true;
  EXPECT_THAT(verdicts(run(target_of("c.jsonl", line_of("/hang-up"), 1), by_path())),
              ElementsAre(Verdict::empty_reply));
}

TEST_F(BatchTest, SendsNothingThatAnEarlierSessionMayHaveSent) {
  keep_run();
  const std::string lines = line_of("/1") + line_of("/2");
  EXPECT_THAT(verdicts(run(target_of("a.jsonl", lines, 2), by_path())), Each(Verdict::ok));
  asked.clear();
  const auto again = run(target_of("a.jsonl", lines, 2), by_path());
  EXPECT_THAT(verdicts(again), Each(Verdict::unknown_outcome)) << "the second was sent, too: it is not skipped";
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(BatchTest, GoesOnInTheMiddleWhereNothingFailed) {
  keep_run();
  EXPECT_THAT(verdicts(run(target_of("a.jsonl", line_of("/1") + line_of("/2"), 2, 1), by_path())),
              ElementsAre(Verdict::ok));
  EXPECT_THAT(asked, ElementsAre("POST /2"));
}

TEST_F(BatchTest, SkipsTheRestOfABatchThatFailedInAnEarlierSession) {
  Target rest = target_of("a.jsonl", line_of("/404", R"(, "expect": 200)") + line_of("/2"), 2, 1);
  rest.after_failure = true;
  const auto outcomes = run(rest, by_path());
  EXPECT_THAT(verdicts(outcomes), ElementsAre(Verdict::skipped));
  EXPECT_EQ(outcomes[0].exchange->batch_end, BatchEnd::failed);
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(BatchTest, MaySendLaterWhatNeverLeft) {
  keep_run();
  plan.fetch.timeouts.connect = 500ms;
  const std::string elsewhere = R"({"method": "POST", "url": "http://192.0.2.1:81/"})"
                                "\n";
  const auto first = run(target_of("a.jsonl", elsewhere, 1), by_path());
  EXPECT_NE(first[0].verdict, Verdict::unknown_outcome);
  EXPECT_EQ(first[0].exchange->status_code, 0);
  EXPECT_EQ(run(target_of("a.jsonl", elsewhere, 1), by_path())[0].verdict, first[0].verdict);
}

TEST_F(BatchTest, FeedsWhatItCapturedToTheRequestsBehind) {
  const auto outcomes = run(target_of("a.hurl",
                                      "GET http://192.0.2.1/first\nHTTP 200\n[Captures]\nwhere: jsonpath \"$.path\"\n"
                                      "[Asserts]\njsonpath \"$.n\" == 5\n\nPOST http://192.0.2.1{{where}}\nHTTP 200\n",
                                      2),
                            by_path());
  EXPECT_THAT(verdicts(outcomes), Each(Verdict::ok));
  EXPECT_THAT(asked, ElementsAre("GET /first", "POST /captured"));
}

TEST_F(BatchTest, DoesNotSendTheRestOfAHurlFileWithoutWhatItCaptured) {
  const Target rest = target_of("a.hurl", "GET http://192.0.2.1/1\n\nGET http://192.0.2.1/2\n", 2, 1);
  const auto outcomes = run(rest, by_path());
  EXPECT_THAT(verdicts(outcomes), ElementsAre(Verdict::not_sent));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(BatchTest, TriesAgainWhereTheFileSaysSo) {
  int requests = 0;
  const auto outcomes =
      run(target_of("a.hurl", "GET http://192.0.2.1/\n[Options]\nretry: 3\nretry-interval: 2s\nHTTP 200\n", 1),
          [&](Peer& peer, int) -> Task<void> {
            while (!(co_await peer.request()).empty())
              co_await peer.say(fmt::format("HTTP/1.1 {} x\r\nContent-Length: 0\r\n\r\n", ++requests < 3 ? 503 : 200));
          });
  EXPECT_EQ(outcomes[0].verdict, Verdict::ok);
  EXPECT_EQ(outcomes[0].tries, 3);
  EXPECT_GE(outcomes[0].finished - outcomes[0].started, 4s);
}

TEST_F(BatchTest, DoesNotSendAgainWhatMayHaveBeenDone) {
  const std::string file = "POST http://192.0.2.1/hang-up\n[Options]\nretry: 3\nretry-interval: 10ms\nHTTP 200\n";
  const auto outcomes = run(target_of("a.hurl", file, 1), by_path());
  EXPECT_EQ(outcomes[0].verdict, Verdict::unknown_outcome);
  EXPECT_THAT(asked, ElementsAre("POST /hang-up"));
}

TEST_F(BatchTest, APostThatLedElsewhereWasSent) {
  keep_run();
  plan.fetch.follow = true;
  const auto leads_away = [this](Peer& peer, int) -> Task<void> {
    while (true) {
      const std::string request = co_await peer.request();
      if (request.empty()) co_return;
      asked.push_back(request.substr(0, request.find(" HTTP/")));
      if (!request.starts_with("POST")) co_return;
      co_await peer.say("HTTP/1.1 303 See Other\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
    }
  };
  EXPECT_EQ(run(target_of("a.jsonl", line_of("/1"), 1), leads_away)[0].verdict, Verdict::unknown_outcome);
  asked.clear();
  EXPECT_EQ(run(target_of("a.jsonl", line_of("/1"), 1), leads_away)[0].verdict, Verdict::unknown_outcome);
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(BatchTest, SendsEveryFieldOfTheCommandLine) {
  plan.fetch.fields = {{.name = "X-A", .value = "1"}, {.name = "X-A", .value = "2"}, {.name = "X-Own", .value = "no"}};
  (void)run(target_of("a.jsonl", line_of("/", R"(, "headers": {"X-Own": "yes"})"), 1), by_path());
  EXPECT_THAT(last, HasSubstr("X-A: 1\r\nX-A: 2\r\n"));
  EXPECT_THAT(last, HasSubstr("X-Own: yes\r\n"));
  EXPECT_THAT(last, Not(HasSubstr("no\r\n")));
}

TEST_F(BatchTest, HidesASecretHoweverItIsSpelled) {
  plan.batch.secrets = {"token=p@ss/word=1 2"};
  plan.fetch.follow = true;
  const std::string file = "GET http://192.0.2.1/\n[Query]\nkey: {{token}}\nHTTP 200\n";
  const auto outcomes = run(target_of("a.hurl", file, 1), [this](Peer& peer, int) -> Task<void> {
    last = co_await peer.request();
    co_await peer.say(
        "HTTP/1.1 302 p@ss/word=1 2\r\nLocation: /?again=p%40ss%2Fword%3D1%202\r\nContent-Length: 0\r\n\r\n");
    (void)co_await peer.request();
    co_await peer.say("HTTP/1.1 404 p@ss/word=1 2\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_THAT(last, HasSubstr("p%40ss"));
  const Exchange& exchange = *outcomes[0].exchange;
  ASSERT_EQ(exchange.redirects.size(), 1u);
  EXPECT_THAT(exchange.url + exchange.redirects[0].url + exchange.reason + exchange.detail, Not(HasSubstr("word")));
}

TEST_F(BatchTest, AStepThatIsToBeDoneNoTimesIsLeftOut) {
  const auto outcomes = run(target_of("a.hurl", "GET http://192.0.2.1/\n[Options]\nrepeat: 0\n", 1), by_path());
  EXPECT_EQ(outcomes[0].verdict, Verdict::skipped);
  EXPECT_EQ(outcomes[0].exchange->batch_end, BatchEnd::completed);
}

TEST_F(BatchTest, ComplainsOfWhatIsMissingBeforeAnythingStarts) {
  const std::string path = (folder / "a.hurl").string();
  std::ofstream(path) << "POST http://192.0.2.1/{{where}}\nfile,none.txt;\n";
  plan.input = {.kind = TargetKind::batch, .list = path};
  const auto checked = check_batch(plan);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().text, HasSubstr("a.hurl:1:"));
  EXPECT_THAT(checked.error().text, HasSubstr("--variable where=..."));
  EXPECT_THAT(checked.error().text, HasSubstr("none.txt"));
  plan.batch.variables = {"where=x"};
  std::ofstream(folder / "none.txt") << "there";
  EXPECT_TRUE(check_batch(plan));
}

TEST_F(BatchTest, NeverTellsASecret) {
  plan.batch.secrets = {"token=hunter2hunter2"};
  const auto outcomes = run(target_of("a.hurl",
                                      "GET http://192.0.2.1/404?t={{token}}\nHTTP 200\n[Asserts]\n"
                                      "url == \"http://192.0.2.1/{{token}}\"\n",
                                      1),
                            by_path());
  EXPECT_THAT(asked[0], HasSubstr("hunter2hunter2"));
  EXPECT_EQ(outcomes[0].verdict, Verdict::assert_failed);
  EXPECT_THAT(outcomes[0].exchange->url + outcomes[0].exchange->detail, Not(HasSubstr("hunter2")));
  EXPECT_THAT(outcomes[0].exchange->url, HasSubstr("***"));
}

TEST_F(BatchTest, RefusesAFileThatHasChanged) {
  Target target = target_of("a.jsonl", line_of("/1") + line_of("/2"), 2);
  std::ofstream(folder / "a.jsonl") << line_of("/1") << "\n" << std::string(1'000, ' ');
  const auto outcomes = run(target, by_path());
  EXPECT_THAT(verdicts(outcomes), Each(Verdict::invalid_input));
  EXPECT_THAT(outcomes[0].exchange->detail, HasSubstr("has changed since the run began"));
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(BatchTest, LetsNoFileOfABatchLeadOutOfItsFolder) {
  std::ofstream(folder / "inside.txt") << "from the file";
  const auto inside = run(target_of("a.hurl", "POST http://192.0.2.1/\nfile,inside.txt;\n", 1), by_path());
  EXPECT_EQ(inside[0].verdict, Verdict::ok);
  EXPECT_THAT(last, HasSubstr("from the file"));
  std::filesystem::create_symlink("/etc/hostname", folder / "link");
  const auto outside = run(target_of("b.hurl", "POST http://192.0.2.1/\nfile,link;\n", 1), by_path());
  EXPECT_EQ(outside[0].verdict, Verdict::invalid_input);
  EXPECT_THAT(outside[0].exchange->detail, HasSubstr("b.hurl:2:"));
}

}  // namespace
}  // namespace atonce
