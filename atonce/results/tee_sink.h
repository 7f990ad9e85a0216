#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "atonce/model/outcome_sink.h"

namespace atonce {

/// Hands each outcome to several sinks, in their order. All get it; the first errno among them is returned.
class TeeSink final : public OutcomeSink {
 public:
  /// The sinks outlive this.
  explicit TeeSink(std::vector<OutcomeSink*> sinks) : sinks_(std::move(sinks)) {}

  void start(const Target& target) override {
    for (OutcomeSink* sink : sinks_)
      if (sink->wants_starts()) sink->start(target);
  }
  bool wants_starts() const override { return std::ranges::any_of(sinks_, &OutcomeSink::wants_starts); }
  int add(const Outcome& outcome) override {
    return in_each([&](OutcomeSink& sink) { return sink.add(outcome); });
  }
  int flush() override {
    return in_each([](OutcomeSink& sink) { return sink.flush(); });
  }
  std::size_t held() const override {
    std::size_t most = 0;
    for (const OutcomeSink* sink : sinks_) most = std::max(most, sink->held());
    return most;
  }

 private:
  template <class Do>
  int in_each(Do call) {
    int first = 0;
    for (OutcomeSink* sink : sinks_) {
      const int error = call(*sink);
      if (first == 0) first = error;
    }
    return first;
  }

  std::vector<OutcomeSink*> sinks_;
};

}  // namespace atonce
