#include "atonce/reports/run_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/reports/recording_json.h"
#include "atonce/reports/summary.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

Json sample_of_one(double value) { return {{"median", value}, {"min", value}, {"max", value}, {"spread", 0}}; }

Json verdicts_of(const Tally& tally) {
  Json verdicts = Json::object();
  for (const VerdictRow& row : all_verdicts)
    if (tally.of(row.verdict) > 0) verdicts[std::string(row.name)] = tally.of(row.verdict);
  return verdicts;
}

Json account_of(const Summary& summary) {
  Json pairs = Json::array();
  const std::uint64_t total = summary.tally.total();
  pairs.push_back({"read", grouped(summary.targets_read)});
  for (const VerdictRow& row : all_verdicts)
    if (const std::uint64_t count = summary.tally.of(row.verdict))
      pairs.push_back({row.name, fmt::format("{} ({}): {}", grouped(count), percent(count, total), row.meaning)});
  if (summary.tally.unsure > 0)
    pairs.push_back(
        {"unsure", fmt::format("{} ({})", grouped(summary.tally.unsure), percent(summary.tally.unsure, total))});
  if (summary.job == "batch")
    pairs.push_back({"batches", fmt::format("{} completed, {} failed", grouped(summary.tally.batches_completed),
                                            grouped(summary.tally.batches_failed))});
  if (summary.tally.answers() > 0)
    pairs.push_back(
        {"answers", fmt::format("{}: {}", grouped(summary.tally.answers()), status_counts(summary.tally.by_status))});
  if (summary.wall > Duration{}) pairs.push_back({"took", time_taken(summary)});
  return pairs;
}

Json strategy_of(const RunReport& run) {
  const Summary& summary = run.summary;
  const double wall_s = seconds(summary.wall);
  return {{"strategy", summary.strategy},
          {"engine", summary.engine},
          {"window", summary.window},
          {"wall", sample_of_one(wall_s)},
          {"cpu", nullptr},
          {"speed_up", nullptr},
          {"memory_peak_bytes", nullptr},
          {"switches_voluntary", nullptr},
          {"switches_involuntary", nullptr},
          {"system_calls", nullptr},
          {"agrees_with_itself", nullptr},
          {"rounds", Json::array({{{"wall", wall_s}, {"verdicts", verdicts_of(summary.tally)}}})},
          {"recording", json_of(*run.recording)}};
}

}  // namespace

std::string title_of(const RunReport& run) {
  const Summary& summary = run.summary;
  const std::string where = run.world.empty() ? "" : fmt::format(", in the world {}", run.world);
  return escape_for_terminal(fmt::format("{} of {} target{} ({}){}, {}", summary.job, grouped(summary.targets_read),
                                         summary.targets_read == 1 ? "" : "s", run.input, where, summary.strategy));
}

std::string write_run_json(const RunReport& run) {
  Json caveats = Json::array();
  for (const std::string& note : run.notes) caveats.push_back(note);
  for (const std::string& note : notes_of(run.summary)) caveats.push_back(note);
  const Json report{{"schema", 1},
                    {"kind", "run"},
                    {"title", title_of(run)},
                    {"job", run.summary.job},
                    {"input", run.input},
                    {"world", run.world},
                    {"targets", run.summary.targets_read},
                    {"baseline", nullptr},
                    {"phases", json_of_phases()},
                    {"strategies", Json::array({strategy_of(run)})},
                    {"peers", Json::array()},
                    {"agreement", Json::array()},
                    {"thresholds", Json::array()},
                    {"summary", account_of(run.summary)},
                    {"caveats", std::move(caveats)}};
  return report.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace atonce
