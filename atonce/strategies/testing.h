#pragma once

#include <atomic>

#include "atonce/runtime/sleep.h"
#include "atonce/strategies/run.h"

namespace atonce {

/// So many targets out of nothing, for tests: hosts "t0", "t1", ...
class CountedTargets final : public TargetList {
 public:
  explicit CountedTargets(std::uint64_t count) : count_(count) {}

  std::size_t claim(std::span<Target> out) override {
    std::size_t given = 0;
    for (; given < out.size(); ++given) {
      const std::uint64_t index = next_.fetch_add(1);
      if (index >= count_) break;
      out[given] = Target{.index = index, .line = index + 1, .host = "t" + std::to_string(index), .port = 443};
    }
    return given;
  }
  bool ended() const override { return next_ >= count_; }
  std::uint64_t lines_read() const override { return targets_given(); }
  std::uint64_t target_lines() const override { return targets_given(); }
  std::uint64_t targets_given() const override { return std::min(next_.load(), count_); }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return count_; }
  std::optional<double> fraction_consumed() const override { return std::nullopt; }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  const std::uint64_t count_;
  std::atomic<std::uint64_t> next_ = 0;
};

/// Makes a job for tests out of a function `Task<void>(Io&, Outcome&)`.
template <auto function>
Task<void> with_function(Io& io, const JobSetting&, std::uint32_t, JobBody body) {
  class FunctionJob final : public Job {
   public:
    explicit FunctionJob(Io& on) : io_(on) {}
    Task<void> run(Outcome& outcome) override { return function(io_, outcome); }

   private:
    Io& io_;
  };
  FunctionJob job(io);
  co_await body(job);
}
template <auto function>
inline constexpr JobRow job_of{"test", "", with_function<function>};

/// Keeps what it is given, and fails from one row on where that is asked for.
class KeepingSink final : public OutcomeSink {
 public:
  int add(const Outcome& outcome) override {
    if (outcomes.size() >= room) return error_when_full;
    outcomes.push_back(outcome);
    return 0;
  }
  void start(const Target& target) override { started.push_back(target.index); }
  bool wants_starts() const override { return wants; }

  std::vector<Outcome> outcomes;
  std::vector<std::uint64_t> started;
  std::size_t room = ~std::size_t{0};
  int error_when_full = 0;
  bool wants = false;
};

}  // namespace atonce
