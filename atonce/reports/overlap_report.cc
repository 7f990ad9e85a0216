#include "atonce/reports/overlap_report.h"

#include <fmt/format.h>

#include <cstring>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

std::string in_time(Duration time) { return time > Duration{} ? write_duration(time) : "0"; }

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::string share_of(double share) { return fmt::format("{:.{}f} %", share * 100, share < 0.1 ? 2 : 1); }

std::string text_of(const AskedNumber& asked) {
  const std::string_view text(asked.text.data(), ::strnlen(asked.text.data(), asked.text.size()));
  return std::string(text.substr(0, text.find('\n')));
}

std::string why_no_server(const AskedNumber& asked, const std::string& server) {
  if (asked.error == ECONNREFUSED)
    return fmt::format("no number server listens at {}; start one: atonce serve --numbers PORT, or use --world",
                       server);
  return fmt::format("{} cannot be reached: {}", server, std::strerror(asked.error));
}

/// Why there is no answer; empty where there is one, or the run was cut short.
std::string complaint_of(const AskedNumber& asked, const std::string& server) {
  switch (asked.end) {
    case AskEnd::answered:
    case AskEnd::unfinished: break;
    case AskEnd::no_server: return why_no_server(asked, server);
    case AskEnd::timeout:
      return fmt::format("{} did not {} in time", server,
                         asked.connected_well ? "answer (--timeout)" : "take the connection (--connect-timeout)");
    case AskEnd::broken:
      return fmt::format("{} ended the connection before its answer was whole{}", server,
                         asked.error != 0 ? fmt::format(": {}", std::strerror(asked.error)) : "");
    case AskEnd::no_number:
      return fmt::format("{} answered \"{}\", which is no number on a line: is it a number server?", server,
                         escape_for_terminal(text_of(asked)));
    case AskEnd::shortage:
      return fmt::format("this machine could not ask {}: {} (see: atonce doctor)", server, std::strerror(asked.error));
    case AskEnd::worker_died: return fmt::format("the process that asked {} died", server);
  }
  return {};
}

std::string complaint_of(const ComputedPart& part, const WorkSpec& work) {
  if (part.worker_died) return "the process that computed died";
  if (part.error == 0) return {};
  return fmt::format("reading {}: {}", escape_for_terminal(work.file), std::strerror(part.error));
}

std::string result_of(const OverlapRun& run, const OverlapFigures& figures) {
  if (run.work.kind != WorkKind::sha256) return fmt::format("{:.12g}", figures.parts_total);
  return run.parts.empty() ? "" : std::string(run.parts.front().digest.data());
}

std::string amount_of(const OverlapRun& run) {
  std::uint64_t amount = 0;
  for (const ComputedPart& part : run.parts) amount += part.amount;
  return run.work.kind == WorkKind::sha256
             ? fmt::format("{} of {}", write_bytes(amount), escape_for_terminal(run.work.file))
             : fmt::format("{} samples", grouped(amount));
}

void add_meter(std::string& text, const OverlapRun& run, const OverlapFigures& figures) {
  const auto to = std::back_inserter(text);
  if (figures.asked > 0 && figures.parts > 0)
    fmt::format_to(to, "  overlap    {} of the waiting was covered by work; one after another: about {}\n",
                   share_of(figures.covered_share()), in_time(figures.one_after_another));
  if (run.slice == Duration{}) return;
  fmt::format_to(to, "  slicing    {}, which cost {} of the computing; the longest slice took {}\n",
                 counted(figures.pauses, "pause"), share_of(figures.slicing_share()), in_time(figures.slice_longest));
  fmt::format_to(to, "  lateness   the loop was late by {} at most; an answer was seen at most {} after it came\n",
                 in_time(run.lateness_max), in_time(figures.unseen_max));
}

Json json_of(const AskedNumber& asked, Instant began) {
  Json row{{"end", name_of(asked.end)}};
  if (!asked.begun) return row;
  row["started"] = seconds(asked.started - began);
  if (asked.end == AskEnd::unfinished || asked.end == AskEnd::worker_died) return row;
  row["connected"] = seconds(asked.connected - began);
  row["finished"] = seconds(asked.finished - began);
  if (asked.error != 0) row["errno"] = asked.error;
  if (asked.end == AskEnd::answered) {
    row["number"] = asked.number;
    row["unseen_for"] = seconds(asked.unseen_for);
  }
  return row;
}

Json json_of(const ComputedPart& part, const OverlapRun& run) {
  Json row{{"done", part.done}, {"amount", part.amount}};
  if (part.error != 0) row["errno"] = part.error;
  if (part.done && run.work.kind == WorkKind::sha256) row["sha256"] = part.digest.data();
  if (part.done && run.work.kind != WorkKind::sha256) row["total"] = part.total;
  if (!part.begun || part.finished == Instant{}) return row;
  row["started"] = seconds(part.started - run.began);
  row["finished"] = seconds(part.finished - run.began);
  row["busy"] = seconds(part.busy);
  row["pauses"] = part.pauses;
  row["slice_longest"] = seconds(part.slice_longest);
  return row;
}

}  // namespace

std::string write_overlap_text(const OverlapRun& run, const OverlapFigures& figures) {
  const std::string slices = run.slice > Duration{} ? fmt::format(", slices of {}", write_duration(run.slice)) : "";
  std::string text = fmt::format("overlap, {} on {}{}: {}\n", run.strategy, run.engine, slices, in_time(figures.whole));
  const auto to = std::back_inserter(text);
  if (figures.asked > 0)
    fmt::format_to(to, "  asked      {}, {}: {} answered, {} failed; {} of waiting\n", escape_for_terminal(run.server),
                   counted(figures.asked, "connection"), grouped(figures.answered), grouped(figures.failed),
                   in_time(figures.waiting));
  if (figures.answered > 0) fmt::format_to(to, "  answer     {:.12g}\n", figures.answers_total);
  if (figures.parts > 0)
    fmt::format_to(to, "  computed   {}, {} in {}: {} of work\n", name_of(run.work.kind), amount_of(run),
                   counted(figures.parts, "part"), in_time(figures.computing));
  if (figures.computed == figures.parts && figures.parts > 0)
    fmt::format_to(to, "  total      {}\n", result_of(run, figures));
  add_meter(text, run, figures);
  const auto left = [](std::uint64_t count) { return count == 0 ? "" : fmt::format(" + {} not done", grouped(count)); };
  fmt::format_to(to, "  {} asked = {} answered + {} failed{}, {} = {} computed + {} failed{}: {}\n",
                 grouped(figures.asked), grouped(figures.answered), grouped(figures.failed),
                 left(figures.asks_unfinished), counted(figures.parts, "part"), grouped(figures.computed),
                 grouped(figures.parts_failed), left(figures.parts_unfinished),
                 figures.balances() ? "the account balances" : "THE ACCOUNT DOES NOT BALANCE");
  return text;
}

std::string write_overlap_json(const OverlapRun& run, const OverlapFigures& figures) {
  Json json{{"job", "overlap"},
            {"version", 1},
            {"strategy", run.strategy},
            {"engine", run.engine},
            {"workers", run.workers},
            {"server", run.server},
            {"seed", run.seed},
            {"started", static_cast<double>(run.began_unix_ns) * 1e-9},
            {"interrupted", run.interrupted},
            {"asked", figures.asked},
            {"answered", figures.answered},
            {"failed", figures.failed},
            {"unfinished", figures.asks_unfinished},
            {"work", name_of(run.work.kind)},
            {"parts", figures.parts},
            {"computed", figures.computed}};
  if (figures.answered > 0) json["answers_total"] = figures.answers_total;
  if (run.work.kind == WorkKind::sha256) json["file"] = run.work.file;
  if (figures.computed == figures.parts && figures.parts > 0) {
    if (run.work.kind == WorkKind::sha256)
      json["sha256"] = run.parts.front().digest.data();
    else
      json["total"] = figures.parts_total;
  }
  json["time_total"] = seconds(figures.whole);
  json["time_waiting"] = seconds(figures.waiting);
  json["time_covered"] = seconds(figures.covered);
  json["time_computing"] = seconds(figures.computing);
  json["time_one_after_another"] = seconds(figures.one_after_another);
  json["covered_share"] = figures.covered_share();
  json["slice"] = run.slice > Duration{} ? Json(seconds(run.slice)) : Json(nullptr);
  json["pauses"] = figures.pauses;
  json["slicing_share"] = figures.slicing_share();
  json["slice_longest"] = seconds(figures.slice_longest);
  json["lateness_max"] = seconds(run.lateness_max);
  json["unseen_max"] = seconds(figures.unseen_max);
  json["seen_late"] = figures.seen_late;
  json["asks"] = Json::array();
  for (const AskedNumber& asked : run.asks) json["asks"].push_back(json_of(asked, run.began));
  json["computations"] = Json::array();
  for (const ComputedPart& part : run.parts) json["computations"].push_back(json_of(part, run));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> overlap_remarks(const OverlapRun& run, const OverlapFigures& figures) {
  std::map<std::string, std::uint64_t> complaints;
  const std::string server = escape_for_terminal(run.server);
  for (const AskedNumber& asked : run.asks)
    if (std::string text = complaint_of(asked, server); !text.empty()) ++complaints[std::move(text)];
  for (const ComputedPart& part : run.parts)
    if (std::string text = complaint_of(part, run.work); !text.empty()) ++complaints[std::move(text)];
  std::vector<std::string> remarks;
  for (const auto& [text, count] : complaints)
    remarks.push_back(count == 1 ? text : fmt::format("{} ({} times)", text, grouped(count)));
  if (figures.seen_late > 0)
    remarks.push_back(
        fmt::format("a slice made {} late: seen up to {} after {} came; a shorter one sees it sooner: --slice 1ms",
                    figures.seen_late == 1 ? "an answer" : counted(figures.seen_late, "answer"),
                    write_duration(figures.unseen_max), figures.seen_late == 1 ? "it" : "they"));
  return remarks;
}

std::string write_overlap_event(const OverlapEvent& event, const WorkSpec& work) {
  using Kind = OverlapEvent::Kind;
  const std::string_view unit = work.kind == WorkKind::sha256 ? "byte" : "sample";
  const auto line = [&](std::string what) { return fmt::format("{}: {}", in_time(event.elapsed), what); };
  const std::uint32_t number = event.number + 1;
  switch (event.kind) {
    case Kind::asked: return line(fmt::format("question {}: asking", number));
    case Kind::answered: return line(fmt::format("question {}: the answer is {:.12g}", number, event.total));
    case Kind::failed: return line(fmt::format("question {}: there is no answer", number));
    case Kind::computing: return line(fmt::format("part {}: computing", number));
    case Kind::paused: return line(fmt::format("part {}: pausing at {} {}", number, unit, grouped(event.amount)));
    case Kind::resumed: return line(fmt::format("part {}: resuming at {} {}", number, unit, grouped(event.amount)));
    case Kind::computed: break;
  }
  if (work.kind == WorkKind::sha256) return line(fmt::format("part {}: done, {} bytes", number, grouped(event.amount)));
  return line(fmt::format("part {}: done, {} samples, total {:.12g}", number, grouped(event.amount), event.total));
}

}  // namespace atonce
