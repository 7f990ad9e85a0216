#include "atonce/cli/man_page.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "atonce/cli/command_table.h"
#include "atonce/cli/option_table.h"
#include "atonce/model/verdict.h"

namespace atonce {
namespace {

/// Plain text as roff: backslashes, dashes that must stay dashes, and no line that begins as a request.
std::string roff(std::string_view text) {
  std::string escaped;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) escaped += "\\&";
    line_begins = c == '\n';
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else if (c == '\'')
      escaped += "\\(aq";
    else if (c == '~')
      escaped += "\\(ti";
    else
      escaped += c;
  }
  return escaped;
}

std::string option_heading(const OptionRow& row) {
  const std::string letter = row.letter ? fmt::format("\\fB\\-{}\\fR, ", row.letter) : "";
  const std::string value =
      row.value.empty() ? "" : fmt::format("{}\\fI{}\\fR", row.value_is_optional() ? "" : " ", roff(row.value));
  return fmt::format(".TP\n{}\\fB\\-\\-{}\\fR{}\n", letter, roff(row.name), value);
}

std::string option_entries(Command command) {
  std::string text;
  std::optional<OptionGroup> group;
  const auto rows = shown_options_of(command);
  for (const OptionRow* row : rows) {
    if (group != row->group) text += fmt::format(".PP\n{}:\n", title_of(row->group));
    group = row->group;
    text += option_heading(*row) + roff(row->help) + "\n";
  }
  return text;
}

std::string command_section(const CommandRow& row) {
  const std::string positionals = row.positionals.empty() ? "" : " " + roff(row.positionals);
  std::string text = fmt::format(".SS \"atonce {}{}\"\n{}\n", row.name, positionals, roff(row.about));
  text += option_entries(row.command);
  text += ".PP\nExamples:\n";
  for (const Example& example : row.examples)
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(example.typed), roff(example.does));
  return text;
}

std::string verdict_entries() {
  std::string text;
  for (const VerdictRow& row : all_verdicts) {
    const std::string blame = row.blame == Blame::nobody ? "" : fmt::format(" (blame: {})", name_of(row.blame));
    text += fmt::format(".TP\n\\fB{}\\fR\n{}{}\n", row.name, roff(row.meaning), blame);
  }
  return text;
}

}  // namespace

std::string write_man_page() {
  std::string text = fmt::format(
      ".\\\" Written by \"atonce man\" from the tables that the program runs by; do not edit.\n"
      ".TH ATONCE 1 \"\" \"atonce {}\" \"User Commands\"\n"
      ".SH NAME\natonce \\- a huge number of I/O jobs at once, and what happened to each one\n"
      ".SH SYNOPSIS\n\\fBatonce\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIWORD\\fR...]\n"
      ".SH DESCRIPTION\n"
      "Takes a list, does one job to each of its targets, many at once, and gives exactly one verdict for each.\n"
      "The account at the end balances: as many verdicts as targets were read. A shortage of this machine is never\n"
      "the verdict on a target. The same list gives the same verdicts with every strategy; only the time differs.\n"
      ".SH COMMANDS\n",
      ATONCE_VERSION);
  for (const CommandRow& row : all_commands()) text += command_section(row);
  text += ".SH VERDICTS\n" + verdict_entries();
  text += ".SH EXIT STATUS\n";
  for (const ExitRow& row : all_exits()) text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", row.code, roff(row.meaning));
  text += ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nNo colour, if set to anything but nothing.\n";
  text += ".SH SEE ALSO\n.BR nmap (1),\n.BR curl (1),\n.BR io_uring (7),\n.BR epoll (7)\n";
  return text;
}

}  // namespace atonce
