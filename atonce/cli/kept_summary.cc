#include "atonce/cli/kept_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atonce/cli/setting.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view file_name = "summary.json";
constexpr std::string_view part_name = "summary.json.part";
constexpr unsigned kept_format = 1;

std::uint64_t settled_of(const Tally& tally) { return tally.total() - tally.of(Verdict::unfinished); }

Json write_canaries(const CanaryCount& count) {
  return {{"asked", count.asked}, {"missed", count.missed}, {"voided", count.voided}};
}

CanaryCount read_canaries(const Json& json) { return {json.at("asked"), json.at("missed"), json.at("voided")}; }

Json write_witness(const Summary& summary) {
  const WitnessReport& witness = summary.witness;
  Json stretches = Json::array(), drops = Json::array();
  for (const TaintedStretch& stretch : witness.stretches)
    stretches.push_back({{"cause", stretch.cause},
                         {"from_ns", (stretch.from - summary.started).count()},
                         {"length_ns", stretch.length.count()}});
  for (const DropReport& drop : witness.drops)
    drops.push_back({{"kind", drop.kind}, {"wall", drop.wall}, {"count", drop.count}, {"counts", drop.counts}});
  return {{"own", write_canaries(witness.own)}, {"outside", write_canaries(witness.outside)},
          {"stretches", std::move(stretches)},  {"drops", std::move(drops)},
          {"held_ns", witness.held.count()},    {"absent", witness.absent}};
}

WitnessReport read_witness(const Json& json) {
  WitnessReport witness{.own = read_canaries(json.at("own")), .outside = read_canaries(json.at("outside"))};
  for (const Json& stretch : json.at("stretches"))
    witness.stretches.push_back({stretch.at("cause"), Instant(Duration(stretch.at("from_ns").get<std::int64_t>())),
                                 Duration(stretch.at("length_ns").get<std::int64_t>())});
  for (const Json& drop : json.at("drops"))
    witness.drops.push_back({drop.at("kind"), drop.at("wall"), drop.at("count"), drop.at("counts")});
  witness.held = Duration(json.at("held_ns").get<std::int64_t>());
  witness.absent = json.at("absent");
  return witness;
}

}  // namespace

void SummaryOfJournal::session(const JournalSession&) {
  earlier_ += session_;
  session_ = {};
  ++sessions_;
  targets.reset();
}

void SummaryOfJournal::entry(const JournalEntry& entry) {
  if (entry.started_us) {
    const auto end =
        std::chrono::microseconds(*entry.started_us + static_cast<std::int64_t>(entry.total_us.value_or(0)));
    session_ = std::max<Duration>(session_, end);
  }
  if (entry.kind != EntryKind::final || entry.index >= SettledSet::index_max || !settled_.insert(entry.index)) return;
  outcome_.target.address = {};
  restore(entry, outcome_);
  // The list has the target's words.
  if (names_an_address(entry)) outcome_.target.address = outcome_.address;
  tally.add(outcome_);
}

std::string write_kept_summary(const Summary& summary) {
  const Json json{{"format", kept_format},
                  {"strategy", summary.strategy},
                  {"engine", summary.engine},
                  {"window", summary.window},
                  {"lines_read", summary.lines_read},
                  {"targets_read", summary.targets_read},
                  {"settled", settled_of(summary.tally)},
                  {"unfinished", summary.tally.of(Verdict::unfinished)},
                  {"wall_ns", summary.wall.count()},
                  {"lateness_max_ns", summary.lateness_max.count()},
                  {"shortages", summary.shortages},
                  {"drops", summary.drops},
                  {"rows_unwritten", summary.rows_unwritten},
                  {"voided", summary.voided},
                  {"settled_before", summary.settled_before},
                  {"ceiling", summary.ceiling},
                  {"witness", write_witness(summary)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Summary> parse_kept_summary(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format").get<unsigned>() != kept_format) return std::nullopt;
    Summary summary{.strategy = json.at("strategy"),
                    .engine = json.at("engine"),
                    .window = json.at("window"),
                    .lines_read = json.at("lines_read"),
                    .targets_read = json.at("targets_read"),
                    .wall = Duration(json.at("wall_ns").get<std::int64_t>()),
                    .lateness_max = Duration(json.at("lateness_max_ns").get<std::int64_t>()),
                    .shortages = json.at("shortages"),
                    .drops = json.at("drops"),
                    .rows_unwritten = json.at("rows_unwritten"),
                    .voided = json.at("voided"),
                    .settled_before = json.at("settled_before"),
                    .witness = read_witness(json.at("witness")),
                    .ceiling = json.at("ceiling")};
    // Only how many; what they were is in the journal.
    summary.tally.by_verdict[0] = json.at("settled");
    summary.tally.by_verdict[static_cast<std::size_t>(Verdict::unfinished)] = json.at("unfinished");
    return summary;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

int keep_summary(const RunFolder& folder, const Summary& summary) {
  Storage& storage = folder.storage();
  const std::string part = folder.file(part_name);
  if (const int error = storage.exists(part) ? storage.remove(part) : 0) return error;
  const auto file = storage.open(part, Opening::create);
  if (!file) return file.error().code;
  if (const int error = (*file)->append(write_kept_summary(summary))) return error;
  if (const int error = (*file)->sync()) return error;
  return storage.rename(part, folder.file(file_name));
}

Summary summarize(const KeptRunFolder& run, const SummaryOfJournal& journal, bool going_on) {
  const auto text = run.storage->read_small(run.folder.file(file_name));
  const std::optional<Summary> kept = text ? parse_kept_summary(*text) : std::nullopt;
  const bool same_session = kept && !going_on && settled_of(kept->tally) == journal.tally.total();
  Summary summary = same_session ? *kept : Summary{};
  const std::uint64_t unfinished = same_session ? kept->tally.of(Verdict::unfinished) : 0;
  summary.tally = journal.tally;
  summary.tally.by_verdict[static_cast<std::size_t>(Verdict::unfinished)] += unfinished;
  summary.job = run.plan.job;
  summary.run_folder = run.folder.path();
  summary.interrupted = !journal.targets && !going_on;
  // The account is that of all sessions, and so is the time.
  if (same_session && journal.sessions() <= 1) return summary;
  summary.wall = journal.wall();
  summary.sessions = journal.sessions();
  if (same_session) return summary;
  summary.strategy = write_choice(run.plan.strategies.front());
  summary.targets_read = journal.targets.value_or(journal.tally.total());
  return summary;
}

}  // namespace atonce
