#include "atonce/reports/run_diff.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/reports/binomial.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

// One in a hundred comparisons of runs between which nothing happened calls its noise a change.
constexpr double probability_small = 0.01;

/// It says something of the target itself: not of our machine, the resolver, or the list.
bool tells_of_target(Verdict verdict) {
  const Blame blame = row_of(verdict).blame;
  if (verdict == Verdict::skipped) return false;
  return blame == Blame::nobody || blame == Blame::target || blame == Blame::path;
}

/// It accepts connections, and answers what is asked.
bool is_up(Verdict verdict) { return is_success(verdict) || verdict == Verdict::http_status; }

/// Whether the status code of an answer is a failure is a matter of how it was asked.
bool is_same(const RunVerdict& before, const RunVerdict& after) {
  const bool same_verdict =
      before.verdict == after.verdict || (before.status_code != 0 && is_up(before.verdict) && is_up(after.verdict));
  return same_verdict && before.status_code == after.status_code;
}

Change change_of(Verdict before, Verdict after) {
  if (is_up(after)) return is_up(before) ? Change::status : Change::opened;
  if (after == Verdict::closed) return reached_host(before) ? Change::closed : Change::appeared;
  if (reached_host(after)) return Change::failed;
  return reached_host(before) ? Change::vanished : Change::otherwise;
}

Json status_json(std::uint16_t status_code) { return status_code == 0 ? Json() : Json(status_code); }

/// "ok 200".
std::string write_end(Verdict verdict, std::uint16_t status_code) {
  return status_code == 0 ? std::string(name_of(verdict)) : fmt::format("{} {}", name_of(verdict), status_code);
}

Colour colour_of_change(Change change) {
  switch (change) {
    case Change::opened: return Colour::green;
    case Change::closed: return Colour::cyan;
    case Change::vanished:
    case Change::failed: return Colour::yellow;
    case Change::status:
    case Change::appeared:
    case Change::otherwise:
    case Change::flaps: break;
  }
  return Colour::none;
}

const ChangeRow& row_of(Change change) { return all_changes[static_cast<std::size_t>(change)]; }

std::string write_probability(double probability) {
  if (probability < 0.0001) return "<0.01 %";
  return fmt::format("{:.{}f} %", 100 * probability, probability < 0.1 ? 2 : 0);
}

std::string count_lines(const RunDiff& diff, bool colour) {
  using enum Table::Side;
  Table table({left, right, right, left});
  std::vector<Colour> colours;
  const auto add = [&](std::string_view name, std::uint64_t count, std::string_view meaning, Colour painted_in) {
    if (count == 0 && name != "same") return;
    table.add({std::string(name), grouped(count), percent(count, diff.in_both), std::string(meaning)});
    colours.push_back(colour ? painted_in : Colour::none);
  };
  add("same", diff.same, "the same verdict", Colour::none);
  for (const ChangeRow& row : all_changes)
    add(row.name, diff.by_change[static_cast<std::size_t>(row.change)], row.meaning, colour_of_change(row.change));
  add("unsure", diff.unsure, "another verdict, but one of the two is in doubt: not called a change", Colour::dim);
  add("unknown", diff.unknown, "this machine or the resolver failed, or it is no target", Colour::dim);
  std::string text;
  const auto lines = table.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t name = lines[i].find(' ');
    text += "  " + painted(lines[i].substr(0, name), colours[i]) + lines[i].substr(name) + "\n";
  }
  return text;
}

std::string noise_lines(const RunDiff& diff, const NoiseJudgement& judgement) {
  if (diff.silent == 0) return "  noise: no target was silent, so no lost packet made any of this\n";
  if (!judgement.measured)
    return fmt::format(
        "  noise: not measured, since neither run had a second lap; {} of the changes are between silence and an "
        "answer,\n"
        "  and may be lost packets. Run with --confirm 1 or more.\n",
        grouped(diff.silent_changed));
  const LapNoise& noise = diff.noise;
  return fmt::format(
      "  noise: the second laps overturned {} of {} first answers ({})\n"
      "  that alone would change at most about {:.1f} of the {} targets with silence in one run; {} changed so\n"
      "  probability that noise alone changes as many: {}, so these changes are {} the noise\n",
      grouped(noise.overturned), grouped(noise.tried_again), fine_percent(noise.overturned, noise.tried_again),
      judgement.expected, grouped(diff.silent), grouped(diff.silent_changed), write_probability(judgement.probability),
      judgement.above_noise ? "above" : "within");
}

std::string change_lines(const RunDiff& diff, const NoiseJudgement& judgement, bool colour) {
  using enum Table::Side;
  Table table({left, left, left, left});
  for (const ChangedTarget& changed : diff.changes)
    table.add({std::string(row_of(changed.change).name),
               fmt::format("{} -> {}", write_end(changed.before, changed.status_before),
                           write_end(changed.after, changed.status_after)),
               is_above_noise(changed, judgement) ? "" : "(noise?)", escape_for_terminal(changed.target)});
  std::string text;
  const auto lines = table.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t name = lines[i].find(' ');
    const Colour how = colour ? colour_of_change(diff.changes[i].change) : Colour::none;
    text += painted(lines[i].substr(0, name), how) + lines[i].substr(name) + "\n";
  }
  if (diff.untold > 0) text += fmt::format("and {} more changes\n", grouped(diff.untold));
  return text;
}

}  // namespace

bool noise_can_make(Verdict before, Verdict after) {
  const auto silent = [](Verdict verdict) { return verdict == Verdict::timeout; };
  // Whoever has no name or no address was never waited for: lost packets play no part in that.
  const auto reached = [](Verdict verdict) { return reached_host(verdict) || verdict == Verdict::unreachable; };
  return (silent(before) && reached(after)) || (reached(before) && silent(after));
}

std::optional<Change> RunDiff::add(const RunVerdict& before_verdict, const RunVerdict& after_verdict) {
  const Verdict was = before_verdict.verdict, is = after_verdict.verdict;
  ++in_both;
  if (was == Verdict::unfinished || is == Verdict::unfinished) ++unsettled;
  if (!tells_of_target(was) || !tells_of_target(is)) {
    ++unknown;
    return std::nullopt;
  }
  const bool in_doubt = before_verdict.unsure || after_verdict.unsure;
  if (!in_doubt && (was == Verdict::timeout || is == Verdict::timeout)) ++silent;
  if (is_same(before_verdict, after_verdict)) {
    ++same;
    return std::nullopt;
  }
  if (in_doubt) {
    ++unsure;
    return std::nullopt;
  }
  const bool flapped = before_verdict.flapped || after_verdict.flapped;
  const Change change = flapped ? Change::flaps : change_of(was, is);
  ++by_change[static_cast<std::size_t>(change)];
  if (noise_can_make(was, is)) ++silent_changed;
  return change;
}

NoiseJudgement judge_noise(const RunDiff& diff) {
  NoiseJudgement judgement{.measured = diff.noise.tried_again > 0};
  if (!judgement.measured) return judgement;
  // The rule of succession: that none was seen among so many does not mean that there is none.
  judgement.rate = static_cast<double>(diff.noise.overturned + 1) / (static_cast<double>(diff.noise.tried_again) + 2);
  judgement.expected = judgement.rate * static_cast<double>(diff.silent);
  judgement.probability = binomial_tail(diff.silent, diff.silent_changed, judgement.rate);
  judgement.above_noise = judgement.probability < probability_small;
  return judgement;
}

bool is_above_noise(const ChangedTarget& changed, const NoiseJudgement& judgement) {
  return judgement.above_noise || !noise_can_make(changed.before, changed.after);
}

std::string write_run_diff(const RunDiff& diff, bool colour) {
  const NoiseJudgement judgement = judge_noise(diff);
  std::string text = fmt::format("{} -> {}: {} target{} in both\n", escape_for_terminal(diff.before),
                                 escape_for_terminal(diff.after), grouped(diff.in_both), diff.in_both == 1 ? "" : "s");
  text += count_lines(diff, colour);
  const auto add = std::back_inserter(text);
  if (diff.unsettled > 0)
    fmt::format_to(add, "  of the unknown, {} have no verdict yet in one of the runs\n", grouped(diff.unsettled));
  if (diff.only_before > 0) fmt::format_to(add, "  only in the first: {}\n", grouped(diff.only_before));
  if (diff.only_after > 0) fmt::format_to(add, "  only in the second: {}\n", grouped(diff.only_after));
  text += noise_lines(diff, judgement);
  if (!diff.changes.empty()) text += "\n" + change_lines(diff, judgement, colour);
  return text;
}

std::string write_run_diff_json(const RunDiff& diff) {
  const NoiseJudgement judgement = judge_noise(diff);
  Json counts{{"in_both", diff.in_both}, {"same", diff.same}};
  for (const ChangeRow& row : all_changes)
    counts[std::string(row.name)] = diff.by_change[static_cast<std::size_t>(row.change)];
  counts["unsure"] = diff.unsure;
  counts["unknown"] = diff.unknown;
  counts["unsettled"] = diff.unsettled;
  counts["only_before"] = diff.only_before;
  counts["only_after"] = diff.only_after;
  Json noise{{"tried_again", diff.noise.tried_again},
             {"overturned", diff.noise.overturned},
             {"pairs_with_silence", diff.silent},
             {"changed_so", diff.silent_changed},
             {"rate", nullptr},
             {"expected", nullptr},
             {"probability", nullptr},
             {"above_noise", nullptr}};
  if (judgement.measured) {
    noise["rate"] = judgement.rate;
    noise["expected"] = judgement.expected;
    noise["probability"] = judgement.probability;
    noise["above_noise"] = judgement.above_noise;
  }
  Json changes = Json::array();
  for (const ChangedTarget& changed : diff.changes)
    changes.push_back({{"target", changed.target},
                       {"change", row_of(changed.change).name},
                       {"before", name_of(changed.before)},
                       {"after", name_of(changed.after)},
                       {"status_before", status_json(changed.status_before)},
                       {"status_after", status_json(changed.status_after)},
                       {"above_noise", is_above_noise(changed, judgement)}});
  const Json report{{"schema", 1},    {"before", diff.before}, {"after", diff.after},  {"counts", counts},
                    {"noise", noise}, {"changes", changes},    {"untold", diff.untold}};
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace atonce
