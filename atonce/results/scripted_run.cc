#include "atonce/results/scripted_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <random>

#include "atonce/model/sample_exchange.h"
#include "atonce/results/formats.h"
#include "atonce/results/row_fields.h"
#include "atonce/results/run_files.h"

namespace atonce {
namespace {

Instant after(double us) {
  return Instant(std::chrono::seconds(1'000) + Duration(static_cast<std::int64_t>(us * 1e3)));
}

constexpr std::uint32_t requests = 3;  ///< of a batch

std::string host_of(std::uint64_t index) {
  switch (index % 7) {
    case 3: return fmt::format("=cmd|\"{}\",\xff\n", index);  // As a hostile list has it.
    case 5: return fmt::format("192.0.2.{}", index % 250);
    default: return fmt::format("host{}.example", index);
  }
}

Target target_of(std::uint64_t index) {
  Target target{.index = index, .line = index + 1, .input = host_of(index), .host = host_of(index), .port = 443};
  if (const auto literal = parse_address(target.host)) target.address = *literal;
  if (index % 3 == 0) target.columns = {{"rank", fmt::format("{}", index)}};
  return target;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

std::string text(const std::string& path, std::string_view what) { return fmt::format("{}: {}", path, what); }

void speak_http(Outcome& outcome, std::mt19937_64& random) {
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  Exchange& exchange = outcome.exchange.emplace(sample_exchange());
  exchange.line = below(50);
  exchange.status_code = static_cast<std::uint16_t>(200 + below(400));
  exchange.body_bytes = below(1'000'000);
  if (below(2) == 0) exchange.tls.reset();
  if (below(2) == 0) exchange.redirects.clear();
  if (below(2) == 0) exchange.url = outcome.target.url;
  exchange.matched = below(4) > 0;
  exchange.secured = outcome.resolved + Duration(below(100'000'000));
  exchange.requested = exchange.secured + Duration(below(100'000'000));
  if (below(3) > 0) exchange.answered = exchange.requested + Duration(below(100'000'000));
}

/// The last request of a batch tells what became of it.
Outcome end_batch(Outcome outcome) {
  outcome.exchange->matched = true;
  outcome.exchange->batch_end = BatchEnd::none;
  outcome.exchange->batch_took = {};
  if (outcome.target.members > 1) return outcome;
  outcome.exchange->batch_end = outcome.target.batch % 3 == 0 ? BatchEnd::failed : BatchEnd::completed;
  outcome.exchange->batch_took = std::chrono::microseconds(100 * outcome.target.batch);
  return outcome;
}

}  // namespace

std::string content_of(Storage& storage, const std::string& path) {
  return storage.read_small(path, 1 << 30).value_or("(cannot be read)");
}

Plan ScriptedRun::plan() const {
  const char* const job = kind == RowKind::probe ? "probe" : kind == RowKind::fetch ? "fetch" : "batch";
  return {.job = job, .output = {.ordered = ordered}};
}

std::uint64_t ScriptedRun::rows() const {
  std::uint64_t count = 0;
  for (std::uint64_t index = 0; index < targets; ++index) count += has_row(answer(index));
  return count;
}

Target ScriptedRun::target(std::uint64_t index) const {
  Target target = target_of(index);
  if (kind != RowKind::batch) return target;
  target.batch = 1 + index / requests;
  target.step = static_cast<std::uint32_t>(index % requests);
  target.members = requests - target.step;
  return target;
}

Outcome ScriptedRun::answer(std::uint64_t index) const {
  std::mt19937_64 random(answers_seed * 1'000'003 + index);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  Outcome outcome{.target = target(index)};
  outcome.verdict = static_cast<Verdict>(below(static_cast<std::uint64_t>(Verdict::unfinished)));
  if (outcome.verdict == Verdict::invalid_input) {
    outcome.target.host.clear();
    outcome.target.port = 0;
    outcome.target.complaint = "the name is empty";
    return outcome;
  }
  outcome.error = outcome.verdict == Verdict::open ? 0 : static_cast<int>(below(120));
  outcome.tries = static_cast<std::uint16_t>(1 + below(4));
  outcome.lap = is_tried_first(index) ? 2 : 1;
  outcome.doubts = Doubts(static_cast<std::uint8_t>(below(3) == 0 ? below(32) : 0));
  outcome.overturned = below(9) == 0;
  outcome.evidence = {static_cast<std::uint32_t>(below(9'000)), static_cast<std::uint32_t>(below(50)),
                      static_cast<std::uint32_t>(below(5)), static_cast<std::uint16_t>(below(6))};
  outcome.address = below(4) == 0 ? *parse_address("2001:db8::7") : IpAddress::v4(static_cast<std::uint32_t>(random()));
  const double start = static_cast<double>(below(1'000'000)) / 7;
  outcome.due = after(start);
  outcome.started = after(start + static_cast<double>(below(100'000)) / 9);
  outcome.resolved = outcome.started + Duration(below(70'000'000));
  if (outcome.verdict == Verdict::open) outcome.connected = outcome.resolved + Duration(below(300'000'000));
  outcome.finished = outcome.resolved + Duration(300'000'000 + below(300'000'000));
  if (index % 11 == 4)
    outcome.attempts = {{IpAddress::v4(7), Verdict::timeout, ETIMEDOUT, 3, Duration(below(4'000'000'000))},
                        {outcome.address, outcome.verdict, outcome.error, 1, Duration(below(4'000))}};
  if (kind == RowKind::probe) return outcome;
  if (kind == RowKind::batch) {
    speak_http(outcome, random);
    return end_batch(outcome);
  }
  outcome.target.url = fmt::format("https://host{}.example/", index);
  if (below(8) > 0) speak_http(outcome, random);
  return outcome;
}

ScriptedRun::Ending ScriptedRun::ask(Keeper& keeper, const SettledSet& settled, std::uint64_t order_seed) const {
  std::vector<std::uint64_t> order(targets);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  std::mt19937_64 random(order_seed);
  // A window's worth of disorder.
  for (std::size_t i = 0; i < order.size(); ++i)
    std::swap(order[i], order[std::min<std::size_t>(order.size() - 1, i + random() % 8)]);
  for (const std::uint64_t index : order) {
    if (settled.has(index)) continue;
    Outcome outcome = answer(index);
    int error = 0;
    if (is_tried_first(index)) {
      Outcome first = outcome;
      first.lap = 1;
      first.verdict = Verdict::timeout;
      error = keeper.tried(first);
    }
    if (error == 0) error = keeper.add(outcome);
    if (error == 0 && random() % 4 == 0) error = keeper.flush();
    if (error != 0) return {.error = error};
  }
  const int error = keeper.close(true);
  return {.error = error, .complete = error == 0};
}

ScriptedRun::Ending ScriptedRun::carry(Storage& storage, std::uint64_t order_seed) const {
  double clock_us = 1'000;
  const auto now = [&] { return after(clock_us += 150'000); };
  const KeeperPace pace{.checkpoint_records = 15, .rebuild_records = rebuild_records, .now = now};
  const auto refused = [](const Complaint& complaint) { return Ending{.complaint = complaint.text}; };
  if (const int error = storage.make_directories("/elsewhere")) return {.error = error};
  if (!storage.exists(path + "/manifest.json")) {
    auto folder = RunFolder::create(storage, path);
    if (!folder) return refused(folder.error());
    Manifest manifest{.version = "test",
                      .run_id = "00112233445566778899aabbccddeeff",
                      .created = "2026-01-01T00:00:00Z",
                      .working_directory = "/",
                      .plan = plan_fields(plan()),
                      .input = {.targets = {"scripted"}},
                      .outputs = outputs};
    if (const auto begun = folder->begin(std::move(manifest)); !begun) return refused(begun.error());
    const auto keeper = Keeper::start(*folder, plan(), pace);
    return keeper ? ask(**keeper, {}, order_seed) : refused(keeper.error());
  }
  auto folder = RunFolder::open(storage, path);
  if (!folder) return refused(folder.error());
  const auto recovery = Recovery::open(*folder, plan(), pace);
  if (!recovery) return refused(recovery.error());
  for (std::uint64_t index = 0; index < targets && (*recovery)->needs_list(); ++index)
    if (const int error = (*recovery)->offer(answer(index).target)) return {.error = error};
  const auto keeper = (*recovery)->carry_on();
  return keeper ? ask(**keeper, (*recovery)->settled(), order_seed) : refused(keeper.error());
}

std::string ScriptedRun::faults_of_lines(Storage& storage, const OutputPlace& place) const {
  const std::string file = place.path.starts_with('/') ? place.path : path + "/" + place.path;
  const auto writer = row_of(place.format).rows(plan());
  std::string header, rows;
  writer->append_header(header);
  for (std::uint64_t index = 0; index < targets; ++index)
    if (const Outcome outcome = answer(index); has_row(outcome)) writer->append_row(rows, outcome);
  std::vector<std::string> wanted = lines_of(rows);
  const std::string whole = content_of(storage, file);
  if (!whole.starts_with(header)) return text(file, "no header");
  std::vector<std::string> found = lines_of(whole.substr(header.size()));
  if (!ordered) {
    std::ranges::sort(found);
    std::ranges::sort(wanted);
  }
  if (found == wanted) return {};
  const auto [at, expected] = std::ranges::mismatch(found, wanted);
  return text(file, fmt::format("{} rows and not {}; the first that is wrong: {}", found.size(), wanted.size(),
                                at == found.end() ? "(missing)" : *at));
}

std::string ScriptedRun::faults(Storage& storage) const {
  for (const OutputPlace& place : outputs) {
    if (row_of(place.format).rows == nullptr) continue;
    if (std::string fault = faults_of_lines(storage, place); !fault.empty()) return fault;
  }
  auto folder = RunFolder::look(storage, path);
  if (!folder) return folder.error().text;
  const auto recovery = Recovery::look(*folder);
  if (!recovery) return recovery.error().text;
  Tally wanted;
  std::uint64_t failed = 0;
  for (std::uint64_t index = 0; index < targets; ++index) {
    wanted.add(answer(index));
    failed += fails_batch(answer(index).verdict);
  }
  const Tally& found = (*recovery)->tally();
  if (found.by_verdict != wanted.by_verdict || found.tries != wanted.tries || found.unsure != wanted.unsure ||
      found.lookup_us.count() != wanted.lookup_us.count() || found.answers() != wanted.answers() ||
      found.batches_completed != wanted.batches_completed || found.batches_failed != wanted.batches_failed)
    return "the account does not balance";
  if ((*recovery)->failed().count() != failed) return "not the same requests have failed";
  if ((*recovery)->settled().count() != targets || (*recovery)->settled().first_gap() != targets)
    return "a target is not settled";
  if (!(*recovery)->complete() || !(*recovery)->tried().empty()) return "the journal is not closed";
  return {};
}

}  // namespace atonce
