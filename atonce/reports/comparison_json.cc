#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "atonce/reports/caveats.h"
#include "atonce/reports/comparison.h"
#include "atonce/reports/comparison_figures.h"
#include "atonce/reports/recording_json.h"
#include "atonce/reports/story.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Sample& sample) {
  return {{"median", sample.median}, {"min", sample.low}, {"max", sample.high}, {"spread", sample.spread}};
}

/// Of a ratio: beside what was seen, where it lies with 95 % confidence.
Json json_of(const Sample& sample, const std::optional<Ratio::Interval>& interval) {
  Json json = json_of(sample);
  json["low"] = interval ? Json(interval->low) : Json();
  json["high"] = interval ? Json(interval->high) : Json();
  return json;
}

template <class Value>
Json json_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const Round& round) {
  Json verdicts = Json::object();
  for (const VerdictRow& row : all_verdicts)
    if (round.tally.of(row.verdict) > 0) verdicts[std::string(row.name)] = round.tally.of(row.verdict);
  return {{"wall", seconds(round.wall)},
          {"cpu_user", seconds(round.cpu_user)},
          {"cpu_system", seconds(round.cpu_system)},
          {"memory_peak_bytes", round.memory_peak_bytes},
          {"switches_voluntary", round.switches_voluntary},
          {"switches_involuntary", round.switches_involuntary},
          {"machine_busy", json_or_null(round.machine_busy)},
          {"verdicts", std::move(verdicts)}};
}

Json json_of(const StrategyRounds& strategy, const StrategyFigures& figures) {
  Json rounds = Json::array();
  for (const Round& round : strategy.rounds) rounds.push_back(json_of(round));
  const Round* shown = median_round(strategy);
  Json recording;
  if (shown != nullptr && shown->recording) recording = json_of(*shown->recording);
  return {{"strategy", strategy.strategy},
          {"engine", strategy.engine},
          {"window", strategy.window},
          {"wall", json_of(figures.wall_s)},
          {"cpu", json_of(figures.cpu_s)},
          {"speed_up", json_of(figures.speed_up, figures.speed_up_interval)},
          {"memory_peak_bytes", figures.memory_peak_bytes},
          {"switches_voluntary", figures.switches_voluntary},
          {"switches_involuntary", figures.switches_involuntary},
          {"system_calls", json_or_null(strategy.system_calls)},
          {"agrees_with_itself", figures.agrees_with_itself},
          {"rounds", std::move(rounds)},
          {"recording", std::move(recording)}};
}

Json json_of(const Comparison& comparison, const Threshold& threshold) {
  const ThresholdFigures figures = judge(comparison, threshold);
  const auto& interval = figures.seen.interval;
  return {{"text", threshold.text},
          {"value", figures.seen.value},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"holds", figures.holds}};
}

Json json_of(const PeerRounds& peer, const PeerFigures& figures) {
  Json rounds = Json::array();
  for (const Round& round : peer.run.rounds) {
    Json row = json_of(round);
    row.erase("verdicts");
    row["answers"] = round.answers.lines;
    rounds.push_back(std::move(row));
  }
  return {{"peer", peer.run.strategy},
          {"wall", json_of(figures.run.wall_s)},
          {"cpu", json_of(figures.run.cpu_s)},
          {"speed_up", json_of(figures.run.speed_up, figures.run.speed_up_interval)},
          {"memory_peak_bytes", figures.run.memory_peak_bytes},
          {"switches_voluntary", figures.run.switches_voluntary},
          {"switches_involuntary", figures.run.switches_involuntary},
          {"answers", {{"least", figures.lines_least}, {"most", figures.lines_most}}},
          {"comparable", figures.comparable},
          {"equal", figures.equal},
          {"failure", peer.failure.empty() ? Json() : Json(peer.failure)},
          {"rounds", std::move(rounds)}};
}

}  // namespace

std::string write_comparison_json(const Comparison& comparison) {
  const ComparisonFigures figures = figures_of(comparison);
  Json report{{"schema", 1},
              {"kind", "comparison"},
              {"title", title_of(comparison)},
              {"job", comparison.job},
              {"input", comparison.input},
              {"world", comparison.world},
              {"targets", comparison.targets}};
  report["baseline"] = figures.strategies.empty() ? Json() : Json(figures.strategies[figures.baseline].strategy);
  report["phases"] = json_of_phases();
  report["strategies"] = Json::array();
  for (std::size_t i = 0; i < figures.strategies.size(); ++i)
    report["strategies"].push_back(json_of(comparison.strategies[i], figures.strategies[i]));
  report["peers"] = Json::array();
  for (std::size_t i = 0; i < figures.peers.size(); ++i)
    report["peers"].push_back(json_of(comparison.peers[i], figures.peers[i]));
  report["agreement"] = figures.agreement;
  report["thresholds"] = Json::array();
  for (const Threshold& threshold : comparison.thresholds)
    report["thresholds"].push_back(json_of(comparison, threshold));
  report["story"] = story_of(comparison, figures);
  report["caveats"] = caveats_of(comparison, figures);
  return report.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace atonce
