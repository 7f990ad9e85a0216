#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/peer_list.h"
#include "atonce/cli/peer_process.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/setting.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/cli/strategy_round.h"
#include "atonce/cli/write_run.h"
#include "atonce/model/comparison.h"
#include "atonce/protocols/url/url.h"
#include "atonce/reports/comparison.h"
#include "atonce/reports/terminal.h"

namespace atonce {
namespace {

std::string name_of_input(const InputOptions& input) {
  if (input.is_generated()) return "made files";
  if (input.targets.empty()) return input.list;
  const std::string first = redact(input.targets.front());
  return input.targets.size() == 1 ? first : fmt::format("{} and {} more", first, input.targets.size() - 1);
}

/// The rounds of one comparison: in each of them every strategy once, then every peer, so that a change of the
/// machine's mood meets them all.
class Rounds {
 public:
  Rounds(const Setting& setting, const std::vector<Staffing>& staffings, const std::vector<PeerOrder>& peers,
         Comparison& comparison)
      : setting_(setting),
        staffings_(staffings),
        peers_(peers),
        comparison_(comparison),
        live_(!setting.plan.output.quiet && is_live_terminal(STDERR_FILENO)) {}

  /// False when it was interrupted.
  bool run() {
    const StopSignals signals(*control_);
    for (round_ = 0; round_ < setting_.plan.rounds; ++round_) {
      for (std::size_t i = 0; i < staffings_.size(); ++i)
        if (!run_strategy(i)) return false;
      for (std::size_t i = 0; i < peers_.size(); ++i)
        if (!run_peer(i)) return false;
    }
    return true;
  }

 private:
  void show(std::string_view name) const {
    if (live_) tell(fmt::format("\r\033[Kround {} of {}: {}", round_ + 1, setting_.plan.rounds, name));
  }
  void hide() const {
    if (live_) tell("\r\033[K");
  }

  bool run_strategy(std::size_t i) {
    StrategyRounds& strategy = comparison_.strategies[i];
    show(strategy.strategy);
    std::optional<Round> done = run_strategy_round(setting_, setting_.plan.strategies[i], staffings_[i], *control_);
    hide();
    if (!done || control_->stopping()) return false;
    comparison_.targets = done->tally.total();
    if (round_ == 0) slowest_ = std::max(slowest_, done->wall);
    strategy.rounds.push_back(std::move(*done));
    return true;
  }

  bool run_peer(std::size_t i) {
    PeerRounds& peer = comparison_.peers[i];
    if (!peer.failure.empty()) return true;  // Who hung once would hang again, each time to the bound.
    show(peer.run.strategy);
    PeerOrder order = peers_[i];
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

  const Setting& setting_;
  const std::vector<Staffing>& staffings_;
  const std::vector<PeerOrder>& peers_;
  Comparison& comparison_;
  bool live_;
  SharedControl control_;
  unsigned round_ = 0;
  Duration slowest_{};
};

std::string write_report(const Comparison& comparison, ReportFormat format) {
  switch (format) {
    case ReportFormat::json: return write_comparison_json(comparison);
    case ReportFormat::markdown: return write_comparison_markdown(comparison);
    case ReportFormat::table: break;
  }
  return write_comparison_table(comparison, wants_colour(STDOUT_FILENO));
}

}  // namespace

int run_compare(const Invocation& asked) {
  Invocation invocation = asked;
  if (auto read = read_request_words(invocation); !read) return complain_and_exit(read.error());
  if (auto complete = complete_write(invocation.plan); !complete) return complain_and_exit(complete.error());
  const std::string input = name_of_input(invocation.plan.input);
  const auto spooled = spool_if_pipe(invocation.plan.input);  // Every round reads the list again.
  if (!spooled) return complain_and_exit(spooled.error());
  if (const auto list = open_targets(invocation.plan.input); !list) return complain_and_exit(list.error());
  const Parsed<Setting> setting = prepare(invocation);
  if (!setting) return complain_and_exit(setting.error());

  if (!invocation.peers.empty() && setting->world)
    return complain_and_exit(
        {"a peer is a program of the real network; to take it along into a world, run all of this inside: atonce world "
         "SPEC -- atonce compare ..."});
  Parsed<Spool> peer_list;
  if (!invocation.peers.empty()) peer_list = write_peer_list(setting->plan.input);
  if (!peer_list) return complain_and_exit(peer_list.error());

  Comparison comparison{.job = setting->plan.job, .input = input};
  if (setting->world) comparison.world = write_world_spec(setting->world->spec());
  std::vector<Staffing> staffings;
  for (const StrategyChoice& choice : setting->plan.strategies) {
    const Parsed<Staffing> staffing = find_strategy(choice.name)->plan(setting->plan, choice);
    if (!staffing) return complain_and_exit(staffing.error());
    for (const std::string& note : staffing->notes) remark({note});
    staffings.push_back(*staffing);
    comparison.strategies.push_back({write_choice(choice), staffing->engine, staffing->window, {}});
  }
  std::vector<PeerOrder> peers;
  for (const PeerChoice& peer : invocation.peers) {
    peers.push_back({.command = peer.command,
                     .list = peer_list->path(),
                     .bound = invocation.peer_timeout.value_or(Duration::zero())});
    comparison.peers.push_back({.run = {.strategy = peer.name}});
  }
  if (!Rounds(*setting, staffings, peers, comparison).run())
    return complain_and_exit({"the comparison was interrupted; there is nothing to compare"}, exit_interrupted);
  return print(write_report(comparison, invocation.report));
}

}  // namespace atonce
