#include "atonce/cli/contest.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "atonce/cli/complain.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/reports/terminal.h"

namespace atonce {
namespace {

const Complaint nothing_to_compare{"there is nothing to compare: the list has no targets"};

class Rounds {
 public:
  Rounds(const Contest& contest, Comparison& comparison)
      : contest_(contest), comparison_(comparison), live_(!contest.quiet && is_live_terminal(STDERR_FILENO)) {}

  int run() {
    const StopSignals signals(*control_);
    for (unsigned warm_up = 0; warm_up < contest_.warm_ups; ++warm_up)
      for (std::size_t i = 0; i < comparison_.strategies.size(); ++i)
        if (const int code = warm_up_strategy(i); code != exit_complete) return code;
    for (round_ = 0; round_ < contest_.rounds; ++round_) {
      for (std::size_t i = 0; i < comparison_.strategies.size(); ++i)
        if (const int code = run_strategy(i); code != exit_complete) return code;
      for (std::size_t i = 0; i < contest_.peers.size(); ++i)
        if (!run_peer(i)) return exit_interrupted;
    }
    return exit_complete;
  }

 private:
  void show(std::string_view what, std::string_view name) const {
    if (live_) tell(fmt::format("\r\033[K{}: {}", what, name));
  }
  std::string round_text() const { return fmt::format("round {} of {}", round_ + 1, contest_.rounds); }
  void hide() const {
    if (live_) tell("\r\033[K");
  }

  int warm_up_strategy(std::size_t i) {
    StrategyRounds& strategy = comparison_.strategies[i];
    show("warm-up", strategy.strategy);
    const RoundEnd<CountedRound> done = count_round_apart(contest_.body(i, true), *control_);
    hide();
    if (!done.value || control_->stopping()) return done.value ? exit_interrupted : done.code;
    if (done.value->targets == 0) return complain_and_exit(nothing_to_compare);
    if (!done.value->system_calls) comparison_.calls_forbidden = true;
    if (done.value->system_calls)
      strategy.system_calls = static_cast<double>(*done.value->system_calls) / static_cast<double>(done.value->targets);
    return exit_complete;
  }

  int run_strategy(std::size_t i) {
    StrategyRounds& strategy = comparison_.strategies[i];
    show(round_text(), strategy.strategy);
    RoundEnd<Round> done = run_round_apart(contest_.body(i, false), *control_);
    hide();
    if (!done.value || control_->stopping()) return done.value ? exit_interrupted : done.code;
    comparison_.targets = done.value->tally.total();
    if (comparison_.targets == 0) return complain_and_exit(nothing_to_compare);
    if (round_ == 0) slowest_ = std::max(slowest_, done.value->wall);
    strategy.rounds.push_back(std::move(*done.value));
    return exit_complete;
  }

  bool run_peer(std::size_t i) {
    PeerRounds& peer = comparison_.peers[i];
    if (!peer.failure.empty()) return true;  // Who hung once would hang again, each time to the bound.
    show(round_text(), peer.run.strategy);
    PeerOrder order = contest_.peers[i];
    order.targets = comparison_.targets;
    if (order.bound == Duration::zero()) order.bound = std::max(peer_patience, slowest_ * peer_patience_factor);
    PeerRun done = atonce::run_peer(order, *control_);
    hide();
    if (done.interrupted || control_->stopping()) return false;
    if (done.failure.empty())
      peer.run.rounds.push_back(std::move(done.round));
    else
      peer.failure = fmt::format("In round {} {} {}", round_ + 1, peer.run.strategy, done.failure);
    return true;
  }

  static constexpr Duration peer_patience = std::chrono::minutes(1);
  static constexpr int peer_patience_factor = 10;

  const Contest& contest_;
  Comparison& comparison_;
  bool live_;
  SharedControl control_;
  unsigned round_ = 0;
  Duration slowest_{};
};

}  // namespace

int run_contest(const Contest& contest, Comparison& comparison) { return Rounds(contest, comparison).run(); }

}  // namespace atonce
