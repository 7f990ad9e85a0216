#include "atonce/cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "atonce/cli/command_table.h"
#include "atonce/cli/option_table.h"

namespace atonce {
namespace {

constexpr std::size_t left_width = 26;

std::string left_part(const OptionRow& row) {
  const std::string letter = row.letter ? fmt::format("-{}, ", row.letter) : "    ";
  const std::string value = row.value.empty()         ? ""
                            : row.value_is_optional() ? std::string(row.value)
                                                      : fmt::format(" {}", row.value);
  return fmt::format("{}--{}{}", letter, row.name, value);
}

/// How a folded row stands beside the one before it: by its letter if it has one.
std::string folded_part(const OptionRow& row) {
  return row.letter ? fmt::format(", -{}", row.letter) : fmt::format(", --{}", row.name);
}

std::string option_lines(Command command) {
  std::string text;
  std::optional<OptionGroup> group;
  const auto rows = shown_options_of(command);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const OptionRow& row = *rows[i];
    if (row.folded) continue;
    if (group != row.group) fmt::format_to(std::back_inserter(text), "{}:\n", title_of(row.group));
    group = row.group;
    std::string left = left_part(row);
    std::string help(row.help);
    if (i + 1 < rows.size() && rows[i + 1]->folded) {
      left += folded_part(*rows[i + 1]);
      help += fmt::format("; {}", rows[i + 1]->help);
    }
    fmt::format_to(std::back_inserter(text), "  {:<{}} {}\n", left, left_width, help);
  }
  return text;
}

std::string example_lines(const CommandRow& row) {
  std::size_t width = 0;
  for (const Example& example : row.examples) width = std::max(width, example.typed.size());
  constexpr std::size_t screen = 80;
  const bool beside = std::ranges::all_of(
      row.examples, [&](const Example& example) { return 4 + width + example.does.size() <= screen; });
  std::string text = "Examples:\n";
  for (const Example& example : row.examples) {
    if (beside) fmt::format_to(std::back_inserter(text), "  {:<{}}  {}\n", example.typed, width, example.does);
    if (!beside) fmt::format_to(std::back_inserter(text), "  {}\n      {}\n", example.typed, example.does);
  }
  return text;
}

}  // namespace

std::string write_help(Command command) {
  const CommandRow& row = row_of(command);
  const std::string options = option_lines(command);
  const std::string_view takes_options = options.empty() ? "" : " [OPTION...]";
  const std::string positionals = row.positionals.empty() ? "" : fmt::format(" {}", row.positionals);
  return fmt::format("Usage: atonce {}{}{}\n\n{}\n\n{}{}{}", row.name, takes_options, positionals, row.about, options,
                     options.empty() ? "" : "\n", example_lines(row));
}

std::string write_overview() {
  std::string text =
      "atonce: a huge number of I/O jobs at once, and what happened to each one\n\n"
      "Usage: atonce COMMAND [OPTION...] [WORD...]\n\nCommands:\n";
  for (const CommandRow& row : all_commands())
    fmt::format_to(std::back_inserter(text), "  {:<11} {}\n", row.name, row.summary);
  text += "\natonce help COMMAND tells more. First steps:\n";
  constexpr Example steps[] = {{"atonce probe example.com example.org", "two names"},
                               {"atonce probe domains.csv -n 100", "the first hundred of a list"},
                               {"atonce probe domains.csv --world", "a rehearsal that touches nobody"}};
  for (const Example& step : steps) fmt::format_to(std::back_inserter(text), "  {:<38} {}\n", step.typed, step.does);
  text += "\nExit codes:\n";
  for (const ExitRow& row : all_exits()) fmt::format_to(std::back_inserter(text), "  {} {}\n", row.code, row.meaning);
  return text;
}

}  // namespace atonce
