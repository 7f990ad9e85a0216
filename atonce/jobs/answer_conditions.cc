#include "atonce/jobs/answer_conditions.h"

#include <fmt/format.h>

#include <algorithm>

namespace atonce {
namespace {

using Subject = AnswerCondition::Subject;

bool any_contains(const std::vector<NumberRange>& ranges, std::uint64_t number) {
  return std::ranges::any_of(ranges, [&](const NumberRange& range) { return range.contains(number); });
}

}  // namespace

Parsed<AnswerConditions> AnswerConditions::compile(const FetchOptions& options) {
  AnswerConditions conditions;
  auto match = compile(options.match, "match");
  if (!match) return std::unexpected(match.error());
  auto filter = compile(options.filter, "filter");
  if (!filter) return std::unexpected(filter.error());
  conditions.match_ = std::move(*match);
  conditions.filter_ = std::move(*filter);
  conditions.note_needs();
  return conditions;
}

Parsed<std::vector<AnswerConditions::Condition>> AnswerConditions::compile(
    const std::vector<AnswerCondition>& conditions, std::string_view option) {
  std::vector<Condition> compiled;
  for (const AnswerCondition& asked : conditions) {
    Condition& condition = compiled.emplace_back(asked.subject, asked.ranges);
    if (asked.subject == Subject::text) condition.regex = Regex::literal(asked.pattern);
    if (asked.subject != Subject::regex && asked.subject != Subject::title) continue;
    const auto text = asked.subject == Subject::regex ? Regex::Text::bytes : Regex::Text::utf8;
    const Parsed<Regex> regex = Regex::parse(asked.pattern, text);
    if (!regex) return complain(fmt::format("--{}: {}", option, regex.error().text));
    condition.regex = *regex;
  }
  return compiled;
}

void AnswerConditions::note_needs() {
  for (const std::vector<Condition>* conditions : {&match_, &filter_})
    for (const Condition& condition : *conditions) {
      needs_title_ = needs_title_ || condition.subject == Subject::title;
      needs_body_ = needs_body_ || condition.regex.has_value();
    }
}

bool AnswerConditions::Condition::holds(const SeenAnswer& answer) const {
  switch (subject) {
    case Subject::status: return any_contains(ranges, answer.status);
    case Subject::size: return any_contains(ranges, answer.bytes);
    case Subject::text:
    case Subject::regex: return regex->found_in(answer.body);
    case Subject::title: return regex->found_in(answer.title);
  }
  return false;
}

bool AnswerConditions::wants(const SeenAnswer& answer) const {
  const auto holds = [&](const Condition& condition) { return condition.holds(answer); };
  return std::ranges::all_of(match_, holds) && std::ranges::none_of(filter_, holds);
}

}  // namespace atonce
