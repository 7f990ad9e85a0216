#include "atonce/cli/peer_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "atonce/cli/peer_choice.h"
#include "atonce/cli/peer_list.h"
#include "atonce/cli/test_runs.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::array<std::string_view, 2> strategies{"sequential", "threads"};

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether a process still runs; one that has ended and that nobody has waited for does not.
bool is_running(pid_t process) {
  const std::string status = read_file("/proc/" + std::to_string(process) + "/status");
  return !status.empty() && !status.contains("State:\tZ") && !status.contains("State:\tX");
}

/// A signal takes a moment to arrive.
bool ends_soon(pid_t process) {
  for (int tries = 0; tries < 1'000 && is_running(process); ++tries) usleep(1'000);
  return !is_running(process);
}

/// A peer over three targets, with a folder for what it leaves.
class PeerProcess : public testing::Test {
 protected:
  PeerProcess() { write_file(folder_ / "list", "http://a/\nhttp://b/\nhttp://c/\n"); }

  PeerRun run(const std::string& command, Duration bound = 60s) {
    return run_peer({.command = command, .list = folder_ / "list", .targets = 3, .bound = bound}, control_);
  }

  TestFolder folder_;
  Control control_;
};

TEST_F(PeerProcess, ReadsTheTargetsAndAnswersALineForEach) {
  const PeerRun peer = run("while read url; do echo 200 $url; done");
  EXPECT_THAT(peer.failure, IsEmpty());
  EXPECT_EQ(peer.round.answers.lines, 3u);
  EXPECT_EQ(peer.round.answers.words, std::vector(3, AnswerWord::of_status(200)));
  EXPECT_GT(peer.round.wall, 0s);
  EXPECT_GT(peer.round.memory_peak_bytes, 100'000u);
}

TEST_F(PeerProcess, FindsTheListInTheEnvironmentToo) { EXPECT_EQ(run("cat \"$ATONCE_LIST\"").round.answers.lines, 3u); }

TEST_F(PeerProcess, IsMeasuredByItsOwnUsage) {
  const PeerRun busy = run("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; sleep 0.01");
  EXPECT_GT(busy.round.cpu_user, 1ms);
  EXPECT_GE(busy.round.wall, busy.round.cpu_user / 4);
  EXPECT_GE(busy.round.switches_voluntary, 1u) << "it has slept";
}

TEST_F(PeerProcess, ThatFailsSaysHowAndWhatItComplainedOf) {
  EXPECT_THAT(run("echo no such module >&2; echo again >&2; exit 3").failure,
              AllOf(HasSubstr("ended with exit code 3"), HasSubstr("said: no such module / again")));
  EXPECT_THAT(run("kill -SEGV $$").failure, HasSubstr("was ended by signal 11"));
  EXPECT_THAT(run("no-such-program-anywhere").failure, HasSubstr("exit code 127"));
}

TEST_F(PeerProcess, ThatComplainsWithoutEndCostsNoMemoryAndNoTerminal) {
  const std::string failure = run("yes $(printf '\\033[31mred') | head -c 3000000 >&2; exit 1").failure;
  EXPECT_LT(failure.size(), 1'000u);
  EXPECT_EQ(failure.find('\x1b'), failure.npos);
}

TEST_F(PeerProcess, ThatIsSilentHasNoAnswers) {
  const PeerRun peer = run("true");
  EXPECT_THAT(peer.failure, IsEmpty());
  EXPECT_EQ(peer.round.answers.lines, 0u);
}

TEST_F(PeerProcess, ThatWritesWithoutEndIsEnded) {
  EXPECT_THAT(run("exec yes").failure, HasSubstr("lines about 3 targets"));
  EXPECT_THAT(run("tr '\\0' x < /dev/zero", 50ms).failure, HasSubstr("had not ended after 50ms"));
}

TEST_F(PeerProcess, ThatHangsIsEndedWithAllItHasStarted) {
  const PeerRun peer = run("trap '' TERM; sleep 1000 & echo $! > " + folder_ / "child" + "; wait; sleep 1000", 50ms);
  EXPECT_THAT(peer.failure, HasSubstr("had not ended after 50ms, with 0 lines written"));
  EXPECT_TRUE(ends_soon(std::stoi(read_file(folder_ / "child")))) << "nobody is left";
}

TEST_F(PeerProcess, ThatEndsLeavesNobodyBehind) {
  const PeerRun peer = run("sleep 1000 & echo $! | tee " + folder_ / "child");
  EXPECT_THAT(peer.failure, IsEmpty());
  EXPECT_EQ(peer.round.answers.lines, 1u);
  EXPECT_TRUE(ends_soon(std::stoi(read_file(folder_ / "child"))));
  EXPECT_LT(peer.round.wall, 30s) << "nobody waited for who holds the pipe open";
}

TEST_F(PeerProcess, EndsWhenTheRunIsToldToStop) {
  control_.stop = Control::drain;
  EXPECT_TRUE(run("sleep 1000").interrupted);
}

TEST_F(PeerProcess, GetsASignalsUsualMeaningBack) {
  signal(SIGPIPE, SIG_IGN);
  EXPECT_THAT(run("kill -PIPE $$; exit 0").failure, HasSubstr("signal 13"));
  signal(SIGPIPE, SIG_DFL);
}

TEST(PeerList, HasALineForEachTargetAsItIsTried) {
  const auto urls = write_peer_list({.kind = TargetKind::url,
                                     .targets = {"http://me:secret@a.example", "https://b.example/x#y", "c.example"},
                                     .limit = 3});
  ASSERT_TRUE(urls) << urls.error().text;
  EXPECT_EQ(read_file(urls->path()), "http://a.example/\nhttps://b.example/x\nhttps://c.example/\n");
  const auto hosts = write_peer_list({.targets = {"A.example", "192.0.2.0/31", "2001:db8::1"}, .ports = {{80, 81}}});
  ASSERT_TRUE(hosts) << hosts.error().text;
  EXPECT_EQ(read_file(hosts->path()),
            "a.example:80\na.example:81\n192.0.2.0:80\n192.0.2.0:81\n192.0.2.1:80\n192.0.2.1:81\n"
            "[2001:db8::1]:80\n[2001:db8::1]:81\n");
}

TEST(PeerList, KeepsTheNumberOfLinesWhereOneIsNoTarget) {
  const TestFolder folder;
  write_file(folder / "list.csv", "a.example\nno..name\nb.example\n");
  const auto list = write_peer_list({.list = folder / "list.csv"});
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_EQ(read_file(list->path()), "a.example:443\nno..name\nb.example:443\n");
}

TEST(PeerList, HasTheFilesOfBatchesBehindOneAnother) {
  const TestFolder folder;
  write_file(folder / "a.jsonl", "{\"url\": \"http://a/\"}");
  write_file(folder / "b.jsonl", "{\"url\": \"http://b/\"}\n");
  const auto list =
      write_peer_list({.kind = TargetKind::batch, .targets = {folder / "a.jsonl", folder / "b.jsonl"}, .repeat = 2});
  ASSERT_TRUE(list) << list.error().text;
  const std::string once = "{\"url\": \"http://a/\"}\n{\"url\": \"http://b/\"}\n";
  EXPECT_EQ(read_file(list->path()), once + once);
  EXPECT_THAT(write_peer_list({.kind = TargetKind::batch, .list = folder / "none"}).error().text, HasSubstr("none"));
}

TEST(PeerList, IsGoneWithItsOwner) {
  std::string path;
  {
    const auto list = write_peer_list({.targets = {"a.example"}});
    ASSERT_TRUE(list);
    path = list->path();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PeerChoice, IsANameAndACommand) {
  const auto peer = parse_peer("pool:20=python3 -c 'a = 1'", strategies);
  ASSERT_TRUE(peer) << peer.error().text;
  EXPECT_EQ(peer->name, "pool:20");
  EXPECT_EQ(peer->command, "python3 -c 'a = 1'");
}

TEST(PeerChoice, IsRefusedWhereATableCouldNotSayWhoItIs) {
  const auto complaint = [](std::string_view text) { return parse_peer(text, strategies).error().text; };
  EXPECT_THAT(complaint("curl"), HasSubstr("--peer NAME=COMMAND"));
  EXPECT_THAT(complaint("=curl"), HasSubstr("is no name for a peer"));
  EXPECT_THAT(complaint("a b=curl"), HasSubstr("is no name for a peer"));
  EXPECT_THAT(complaint("a-very-long-name-indeed=curl"), HasSubstr("up to 16"));
  EXPECT_THAT(complaint("threads:20=curl"), HasSubstr("a strategy's name"));
  EXPECT_THAT(complaint("curl= \t"), HasSubstr("is empty"));
}

}  // namespace
}  // namespace atonce
