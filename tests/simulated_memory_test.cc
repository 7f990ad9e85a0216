// Ten million targets in one sitting: memory follows the window, never the list. ATONCE_SIM_MILLIONS=N for fewer.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "atonce/jobs/probe.h"
#include "atonce/runtime/sim_io.h"
#include "atonce/strategies/laps.h"
#include "atonce/strategies/sweep.h"
#include "atonce/strategies/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t million = 1'000'000;
constexpr std::uint64_t mebibyte = 1 << 20;

/// Of this process, in memory now. Source: proc(5), statm.
std::uint64_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  unsigned long long total = 0, resident = 0;
  const int read = std::fscanf(file, "%llu %llu", &total, &resident);
  std::fclose(file);
  EXPECT_EQ(read, 2);
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// One address after another.
class ManyAddresses final : public TargetList {
 public:
  explicit ManyAddresses(std::uint64_t count) : count_(count) {}

  std::size_t claim(std::span<Target> out) override {
    std::size_t given = 0;
    for (; given < out.size() && next_ < count_; ++given, ++next_)
      out[given] = Target{.index = next_,
                          .line = next_ + 1,
                          .host = "10.0.0.0",
                          .address = IpAddress::v4(0x0a00'0000 + static_cast<std::uint32_t>(next_)),
                          .port = 443};
    return given;
  }
  bool ended() const override { return next_ == count_; }
  std::uint64_t lines_read() const override { return next_; }
  std::uint64_t target_lines() const override { return next_; }
  std::uint64_t targets_given() const override { return next_; }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return count_; }
  std::optional<double> fraction_consumed() const override { return std::nullopt; }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  const std::uint64_t count_;
  std::uint64_t next_ = 0;
};

/// Counts rows, and looks at the memory after the first million and at the end.
class MemoryWatch final : public Handover {
 public:
  explicit MemoryWatch(Laps& laps) : laps_(laps) {}

  void put(Batch& batch) override {
    for (Outcome& outcome : batch.outcomes) {
      rows_ += laps_.settle(outcome);
      if (++tries_ == million) after_first_million_ = resident_bytes();
    }
    batch.outcomes.clear();
  }
  std::size_t backlog() const override { return 0; }
  std::size_t batch_size() const override { return 64; }

  std::uint64_t rows() const { return rows_; }
  std::uint64_t after_first_million() const { return after_first_million_; }

 private:
  Laps& laps_;
  std::uint64_t rows_ = 0;
  std::uint64_t tries_ = 0;
  std::uint64_t after_first_million_ = 0;
};

HostRule rule_of(const IpAddress& address) {
  const std::uint64_t roll = SimRandom::mix(address.v4_host_order()) % 20;
  HostRule rule;
  if (roll == 0) rule.never_answers();
  if (roll > 5) rule.open(443);
  return rule.latency(10ms).jitter(20ms);
}

TEST(SimulatedMemory, StaysFlatFromTheFirstMillionTargetsToTheTenth) {
  const char* const asked = std::getenv("ATONCE_SIM_MILLIONS");
  const std::uint64_t targets = million * (asked != nullptr ? std::strtoull(asked, nullptr, 10) : 10);
  SimIo io(seed(7));
  io.counts_syns_by_endpoint(false);
  io.default_host(rule_of);
  Plan plan;
  plan.probe.connect_timeout = 200ms;
  plan.resolver.servers = {Endpoint{IpAddress::v4(0x7f00'0001), 53}};
  plan.politeness = {.per_address = 0, .per_network = 0, .allow_private = true};
  plan.trust.confirm = 1;
  Neighbourhoods neighbourhoods(plan.politeness, 7);
  const ExcludeList excludes;
  const JobSetting setting{plan, neighbourhoods, excludes};
  Control control;
  ManyAddresses list(targets);
  Laps laps(plan.trust, list, nullptr);
  MemoryWatch watch(laps);
  Sweep sweep{setting, *find_job("probe"), laps, watch, control};
  do run_sweep(io, sweep, 2'000);
  while (laps.next_lap());

  const std::uint64_t at_the_end = resident_bytes();
  fmt::print("resident after a million: {:.1f} MiB, after {} million: {:.1f} MiB\n",
             static_cast<double>(watch.after_first_million()) / mebibyte, targets / million,
             static_cast<double>(at_the_end) / mebibyte);
  EXPECT_EQ(watch.rows(), targets);
  EXPECT_LT(at_the_end, watch.after_first_million() + 16 * mebibyte);
}

}  // namespace
}  // namespace atonce
