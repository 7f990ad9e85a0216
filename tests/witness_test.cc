// A witness beside real connects: a network that goes away, a resolver that is silent, and a program that is stopped.

#include "atonce/strategies/witness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"
#include "atonce/world/test_network.h"
#include "atonce/world/world_server.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

struct Try {
  Instant from;
  Instant until;
  bool answered;
};

/// Asks an open host of another network every 20 ms, unless the witness holds; tells it of every answer.
Task<void> ask_around(Io& io, Witness& witness, const Conditions& conditions, Duration length,
                      std::vector<Try>& tries) {
  const Instant end = io.now() + length;
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    for (std::uint32_t i = 0; io.now() < end; ++i) {
      co_await sleep_for(io, 20ms);
      if (conditions.hold) continue;
      scope.start([&io, &witness, &tries, i] -> Task<void> {
        const Endpoint to{IpAddress::v4(0x0a100001 + 256 * i), 443};
        const Instant from = io.now();
        const Result<Socket> socket = co_await within(1s, connect(io, to));
        tries.push_back({from, io.now(), socket.has_value()});
        if (socket) witness.saw_answer(to, true, io.now());
      });
    }
  });
}

std::string outage_is_noted() {
  const Parsed<WorldServer> world = WorldServer::start(parse_world_spec("far-open,rtt=10ms,outage=1500ms+3s").value());
  if (!world) return "skip: " + world.error().text;
  Conditions conditions;
  Witness witness({.canaries = true, .connect_timeout = 1s}, conditions);
  const std::unique_ptr<Io> io = make_epoll_io();
  const Instant start = io->now();
  witness.start();
  std::vector<Try> tries;
  io->run(ask_around(*io, witness, conditions, 6'500ms, tries));
  const WitnessReport report = witness.finish();

  std::string wrong;
  if (report.stretches.size() != 1 || report.stretches[0].cause != "uplink")
    return fmt::format("{} stretches", report.stretches.size());
  const Duration from = report.stretches[0].from - start, until = from + report.stretches[0].length;
  if (from < 1s || from > 1'600ms) wrong += fmt::format("it begins after {}. ", write_duration(from));
  if (until < 4'400ms || until > 5'500ms) wrong += fmt::format("it ends after {}. ", write_duration(until));
  if (report.held < 1s) wrong += fmt::format("held for {}. ", write_duration(report.held));
  std::size_t silent = 0;
  for (const Try& each : tries) {
    silent += each.answered ? 0 : 1;
    if (!each.answered && !conditions.overlapping(each.from, each.until)) wrong += "a silent try is not tainted. ";
  }
  if (silent < 20 || silent > 130) wrong += fmt::format("{} silent tries. ", silent);
  if (tries.back().from - start < 6s || !tries.back().answered) wrong += "the last try is not answered. ";
  if (report.outside.asked < 6 || report.outside.missed != 0 || report.outside.voided < 2 || report.own.missed != 0)
    wrong += fmt::format("of {} canaries {} missed, {} void. ", report.outside.asked, report.outside.missed,
                         report.outside.voided);
  return wrong;
}

TEST(WitnessWhole, NotesTheStretchInWhichTheNetworkWasAwayAndHolds) {
  const InsideResult inside = run_inside_private_network(outage_is_noted);
  if (!inside.skipped.empty() || inside.failure.starts_with("skip: ")) GTEST_SKIP() << inside.skipped << inside.failure;
  EXPECT_EQ(inside.failure, "");
}

/// A name server that is heard, and says nothing or that there is no such name.
class ShyNameServer {
 public:
  ShyNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    endpoint_ = {IpAddress::v4(INADDR_LOOPBACK), ntohs(address.sin_port)};
  }
  ShyNameServer(const ShyNameServer&) = delete;
  ~ShyNameServer() { ::close(socket_); }

  Endpoint endpoint() const { return endpoint_; }
  /// Waits for a question, ten seconds at most.
  bool hears() {
    pollfd readable{.fd = socket_, .events = POLLIN};
    if (::poll(&readable, 1, 10'000) != 1) return false;
    size_ = ::recvfrom(socket_, message_.data(), message_.size(), 0, reinterpret_cast<sockaddr*>(&client_), &length_);
    return size_ > 12;
  }
  void says_no_such_name() {
    message_[2] = 0x81;
    message_[3] = 0x83;
    ::sendto(socket_, message_.data(), static_cast<std::size_t>(size_), 0, reinterpret_cast<sockaddr*>(&client_),
             length_);
  }

 private:
  int socket_;
  Endpoint endpoint_;
  std::array<std::uint8_t, 512> message_{};
  ssize_t size_ = 0;
  sockaddr_in client_{};
  socklen_t length_ = sizeof client_;
};

/// A witness to whose run a name was answered, and then nothing but time-outs.
class SuspiciousWitness : public ::testing::Test {
 protected:
  SuspiciousWitness()
      : witness_(
            {.canaries = false, .connect_timeout = 1s, .resolver = ResolverConfig{.servers = {server_.endpoint()}}},
            conditions_) {
    witness_.start();
    const Instant now = std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
    witness_.saw_dns(true, now, "known.example");
    for (int i = 0; i < 30; ++i) witness_.saw_dns(false, now + 1ms);
  }
  ShyNameServer server_;
  Conditions conditions_;
  Witness witness_;
};

TEST_F(SuspiciousWitness, BelievesAResolverThatAnswersIt) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(server_.hears());
    server_.says_no_such_name();
  }
  EXPECT_EQ(witness_.finish().stretches.size(), 0u);
}

TEST_F(SuspiciousWitness, NotesAResolverThatDoesNotAnswerItEither) {
  for (const auto end = std::chrono::steady_clock::now() + 10s;
       conditions_.stretches() == 0 && std::chrono::steady_clock::now() < end;)
    std::this_thread::sleep_for(5ms);
  const WitnessReport report = witness_.finish();
  ASSERT_EQ(report.stretches.size(), 1u);
  EXPECT_EQ(report.stretches[0].cause, "resolver");
  EXPECT_GE(report.stretches[0].length, 2s);
}

TEST_F(SuspiciousWitness, DrawsNothingFromAQuestionThatTheEndOfTheRunCutShort) {
  ASSERT_TRUE(server_.hears());
  const auto asked = std::chrono::steady_clock::now();
  const WitnessReport report = witness_.finish();
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
  EXPECT_EQ(report.stretches.size(), 0u);
}

TEST(WitnessWhole, NotesThatTheProgramWasStopped) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(30);
    Conditions conditions;
    Witness witness({.canaries = true, .connect_timeout = 1s}, conditions);
    witness.start();
    while (conditions.vouched_until_ns == 0) std::this_thread::sleep_for(1ms);
    char ready = 'r';
    [[maybe_unused]] const ssize_t written = ::write(ends[1], &ready, 1);
    while (conditions.stretches() == 0) std::this_thread::sleep_for(1ms);
    const WitnessReport report = witness.finish();
    const bool right = report.stretches.size() == 1 && report.stretches[0].cause == "stopped" &&
                       report.stretches[0].length > 600ms && report.own.missed == 0;
    ::_exit(right ? 0 : 1);
  }
  char ready = 0;
  EXPECT_EQ(::read(ends[0], &ready, 1), 1);
  ::kill(child, SIGSTOP);
  std::this_thread::sleep_for(700ms);
  ::kill(child, SIGCONT);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace atonce
