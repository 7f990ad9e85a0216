#include "atonce/reports/recording_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

double in_seconds(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }
/// A job in flight for an instant is not worth seventeen digits.
double three_decimals(double value) { return std::round(value * 1e3) / 1e3; }

Json json_of(const PhaseRow& row, const Histogram& histogram) {
  Json buckets = Json::array();
  histogram.for_each_bucket(
      [&](std::uint64_t upper_us, std::uint64_t count) { buckets.push_back({in_seconds(upper_us), count}); });
  return {{"name", row.name},
          {"count", histogram.count()},
          {"p50", in_seconds(histogram.percentile_us(0.5))},
          {"p90", in_seconds(histogram.percentile_us(0.9))},
          {"p99", in_seconds(histogram.percentile_us(0.99))},
          {"max", in_seconds(histogram.max_us())},
          {"buckets", std::move(buckets)}};
}

Json json_of(const RecordedJob& job) {
  Json stretches = Json::array();
  for (const RecordedJob::Part& part : job.all_parts())
    stretches.push_back(
        {all_phases[static_cast<std::size_t>(part.phase)].name, seconds(part.begin), seconds(part.length)});
  return {{"index", job.index},
          {"label", escape_for_terminal(job.name())},
          {"verdict", row_of(job.verdict).name},
          {"stretches", std::move(stretches)}};
}

}  // namespace

Json json_of(const Recording& recording) {
  Json in_flight = Json::array(), finished = Json::array(), phases = Json::array(), jobs = Json::array();
  for (std::uint32_t i = 0; i < recording.bin_count; ++i) {
    in_flight.push_back(three_decimals(static_cast<double>(recording.in_flight[i])));
    finished.push_back(recording.finished[i]);
  }
  for (const PhaseRow& row : all_phases) {
    const Histogram& histogram = recording.phase_us[static_cast<std::size_t>(row.phase)];
    if (histogram.count() > 0) phases.push_back(json_of(row, histogram));
  }
  for (const RecordedJob& job : recording.all_jobs()) jobs.push_back(json_of(job));
  return {{"wall", seconds(recording.wall)}, {"bin", seconds(recording.bin)}, {"in_flight", std::move(in_flight)},
          {"finished", std::move(finished)}, {"phases", std::move(phases)},   {"jobs", std::move(jobs)}};
}

Json json_of_phases() {
  Json rows = Json::array();
  for (const PhaseRow& row : all_phases) rows.push_back({{"name", row.name}, {"meaning", row.meaning}});
  return rows;
}

}  // namespace atonce
