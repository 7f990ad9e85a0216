// Strategies differ in time, never in verdicts: each of them in one world, and the world knows the truth.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "atonce/strategies/run.h"
#include "atonce/world/fate.h"
#include "atonce/world/names.h"
#include "atonce/world/test_network.h"
#include "atonce/world/truth.h"
#include "atonce/world/world_server.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// So many names of each fate: silence is what costs a strategy time, so there is little of it.
std::vector<std::string> names_of_all_fates(const WorldSpec& spec) {
  std::array<unsigned, fate_count> wanted{};
  wanted.fill(40);
  wanted[place_of_fate(Verdict::open)] = 150;
  wanted[place_of_fate(Verdict::timeout)] = 6;
  wanted[place_of_fate(Verdict::dns_timeout)] = 2;
  std::vector<std::string> names;
  for (std::uint64_t rank = 1; rank < 100'000; ++rank) {
    std::string name = world_name(spec.seed, rank);
    unsigned& left = wanted[place_of_fate(fate_of(spec, name).verdict)];
    if (left == 0) continue;
    --left;
    names.push_back(std::move(name));
  }
  return names;
}

/// Lines that are no plain name: literals of each fate, other ports, and no targets at all.
constexpr std::array other_lines{"127.1.0.1",   "127.2.0.1",    "127.3.0.1",  "127.4.0.1", "127.1.0.1:80", "LOCALHOST",
                                 "not a name.", "999.1.2.3.4.", "-bad-.com,", "[::1]:443", "a..b"};

/// A list in a file that has no name once it is open.
class ListOnDisk {
 public:
  explicit ListOnDisk(const std::vector<std::string>& names) {
    const int file = mkstemp(path_.data());
    std::string text;
    for (const std::string& name : names) text += name + "\n";
    for (const char* const line : other_lines) fmt::format_to(std::back_inserter(text), "{}\n", line);
    if (write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    close(file);
  }
  ~ListOnDisk() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/atonce-list-XXXXXX";
};

Plan plan_in(const WorldServer& world, const ListOnDisk& list) {
  Plan plan;
  plan.input.list = list.path();
  plan.resolver.servers = {world.resolver()};
  plan.politeness.allow_private = true;
  plan.resolver.timeout = 200ms;
  plan.resolver.rounds = 3;
  plan.probe.connect_timeout = 400ms;
  return plan;
}

/// Holds each verdict against the truth.
class TruthSink final : public OutcomeSink {
 public:
  explicit TruthSink(const WorldSpec& spec) : spec_(spec) {}
  int add(const Outcome& outcome) override {
    const Verdict truth = truth_of(spec_, outcome.target);
    if (outcome.verdict != truth)
      wrong += fmt::format("{}: {} and not {} (errno {})\n", outcome.target.input, name_of(outcome.verdict),
                           name_of(truth), outcome.error);
    if (outcome.target.index >= rows.size()) rows.resize(outcome.target.index + 1);
    ++rows[outcome.target.index];
    return 0;
  }
  std::string wrong;
  std::vector<unsigned> rows;  ///< of each target

 private:
  const WorldSpec& spec_;
};

struct Way {
  StrategyChoice strategy;
  EngineChoice engine = EngineChoice::automatic;
};

/// What is wrong with the run, and its tally.
std::string run_one_way(const WorldServer& world, Plan plan, const Way& way, Tally& tally) {
  plan.strategies = {way.strategy};
  plan.engine = way.engine;
  const StrategyRow& strategy = *find_strategy(way.strategy.name);
  const Parsed<Staffing> staffing = strategy.plan(plan, way.strategy);
  if (!staffing) return staffing.error().text;
  if (way.engine == EngineChoice::ring && staffing->engine != "ring")
    fmt::print("this machine has no io_uring: {}\n", staffing->notes.front());
  const auto list = open_targets(plan.input);
  if (!list) return list.error().text;
  SharedControl control;
  TruthSink sink(world.spec());
  const RunResult result = run_strategy(plan, strategy, *staffing, *find_job("probe"), **list, sink, *control);
  tally = result.tally;
  std::string wrong = sink.wrong + result.failure;
  if (result.claimed != result.tally.total()) wrong += "the account does not balance\n";
  if (sink.rows.size() != result.claimed) wrong += fmt::format("{} targets had rows\n", sink.rows.size());
  for (const unsigned rows : sink.rows)
    if (rows != 1) wrong += fmt::format("a target has {} rows\n", rows);
  return wrong;
}

/// The world in which a test runs; the child that runs it is inside a private network.
Parsed<WorldServer> start_world(std::string_view text) {
  WorldSpec spec = parse_world_spec(text).value();
  spec.private_network = true;
  return WorldServer::start(spec);
}

/// What is wrong with any strategy on any engine; the tally of the first in `first`.
std::string run_every_way(const WorldServer& world, const Plan& plan, std::optional<Tally>& first) {
  const std::vector<Way> ways{{{"sequential", {}}, {}},
                              {{"processes", 8}, {}},
                              {{"threads", 8}, {}},
                              {{"async", 300}, EngineChoice::epoll},
                              {{"async", 300}, EngineChoice::ring},
                              {{"async", 3}, EngineChoice::epoll}};
  std::string wrong;
  for (const Way& way : ways) {
    Tally tally;
    const std::string wrong_here = run_one_way(world, plan, way, tally);
    if (!wrong_here.empty())
      wrong += fmt::format("{}:{}\n{}", way.strategy.name, way.strategy.count.value_or(0), wrong_here.substr(0, 2'000));
    if (!first) first = tally;
    if (tally.by_verdict != first->by_verdict) wrong += way.strategy.name + ": another tally than sequential\n";
  }
  return wrong;
}

std::string try_names_of_all_fates() {
  const Parsed<WorldServer> world = start_world("stormy,dns=1ms");
  if (!world) return world.error().text;
  const ListOnDisk list(names_of_all_fates(world->spec()));
  std::optional<Tally> tally;
  std::string wrong = run_every_way(*world, plan_in(*world, list), tally);
  for (const Verdict fate : all_fates)
    if (tally->of(fate) == 0) wrong += fmt::format("no target was {}\n", name_of(fate));
  if (tally->of(Verdict::invalid_input) == 0) wrong += "no line was refused\n";
  return wrong;
}

/// Addresses whose answers come later than the call, so that every engine has to wait for each: refused ones beside
/// open, silent and unreachable ones, and each of them after each other on the same sockets.
std::string try_addresses_far_away() {
  const Parsed<WorldServer> world = start_world("far-mixed,rtt=4ms");
  if (!world) return "skip: " + world.error().text;
  Plan plan;
  plan.resolver.servers = {world->resolver()};
  plan.politeness.allow_private = true;
  plan.probe.connect_timeout = 400ms;
  plan.input.targets = {"10.32.0.0/24", "10.16.0.0/24", "10.48.0.0/30", "10.64.0.0/26", "10.32.1.0/24", "10.16.1.0/25"};
  std::optional<Tally> tally;
  return run_every_way(*world, plan, tally);
}

TEST(SameVerdicts, EveryStrategyOnEveryEngineSaysOfEachTargetWhatTheWorldKnows) {
  EXPECT_INSIDE(try_names_of_all_fates);
}

TEST(SameVerdicts, EveryStrategyOnEveryEngineIsRightOfAddressesFarAway) {
  InsideResult inside = run_inside_private_network(try_addresses_far_away);
  if (inside.failure.starts_with("skip: ")) inside.skipped = inside.failure.substr(6);
  if (!inside.skipped.empty()) GTEST_SKIP() << inside.skipped;
  EXPECT_EQ(inside.failure, "");
}

}  // namespace
}  // namespace atonce
