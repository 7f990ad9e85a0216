#pragma once

#include <cstdint>
#include <unordered_map>

#include "atonce/model/outcome_sink.h"

namespace atonce {

/// Hands outcomes on in the order of their targets: one that finished early is held until all before it have come. The
/// caller bounds what is held, by starting nothing more while `held` is large.
class OrderedSink final : public OutcomeSink {
 public:
  /// `inner` outlives this. `first` is the index of the first target of the run.
  explicit OrderedSink(OutcomeSink& inner, std::uint64_t first = 0) : inner_(inner), next_(first) {}

  void start(const Target& target) override { inner_.start(target); }
  bool wants_starts() const override { return inner_.wants_starts(); }
  int add(const Outcome& outcome) override;
  /// A try that settles nothing has no row, so it waits for none.
  int tried(const Outcome& outcome) override { return inner_.tried(outcome); }
  /// Hands on nothing that is held: an earlier outcome may still come.
  int flush() override { return inner_.flush(); }
  std::size_t held() const override { return held_.size(); }

  /// The run is over and some outcomes will never come: hands on the held ones, in order. Returns as `add`.
  int release();

 private:
  int hand_on_run();

  OutcomeSink& inner_;
  std::uint64_t next_;  ///< the index whose outcome goes on next
  std::unordered_map<std::uint64_t, Outcome> held_;
};

}  // namespace atonce
