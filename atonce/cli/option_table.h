#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "atonce/cli/option_effects.h"

namespace atonce {

enum class OptionGroup : std::uint8_t {
  targets,
  overlap,
  files,
  request,
  response,
  pace,
  answers,
  trust,
  names,
  run_folder,
  output,
  world,
  server
};

/// A row of the one table of options: parsing, help, completions and manual page all read it.
struct OptionRow {
  std::string_view name;   ///< long, without the dashes
  char letter = 0;         ///< short form, 0 for none
  std::string_view value;  ///< what to call its value; empty: a flag; "[=SPEC]": a value only after "="
  std::string_view help;   ///< fits one line of the help screen
  OptionGroup group = OptionGroup::targets;
  std::uint32_t commands = 0;  ///< bit mask of `bit_of`
  ApplyOption* apply = nullptr;
  std::string_view choices = {};  ///< for completion: words, or "FILE"
  bool folded = false;            ///< the help screen shows it on the line of the row before
  bool hidden = false;            ///< understood, and told to nobody: for tests

  bool is_flag() const { return value.empty() || value_is_optional(); }
  bool value_is_optional() const { return value.starts_with('['); }
};

constexpr std::uint32_t bit_of(Command command) { return 1u << static_cast<unsigned>(command); }

std::span<const OptionRow> all_options();
std::vector<const OptionRow*> options_of(Command command);  ///< In the order of the table.
/// Without the hidden ones, and for `compare` without those that only one job has: that job's help shows them.
std::vector<const OptionRow*> shown_options_of(Command command);
const OptionRow* find_option(Command command, std::string_view name);  ///< Null when the command has none.
std::string_view title_of(OptionGroup group);

}  // namespace atonce
