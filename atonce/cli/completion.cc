#include "atonce/cli/completion.h"

#include <fmt/format.h>

#include <iterator>

#include "atonce/cli/command_table.h"
#include "atonce/cli/option_table.h"

namespace atonce {
namespace {

/// What can follow a command without a dash: words, or files.
std::string_view words_after(Command command) {
  switch (command) {
    case Command::compare: return "probe fetch batch write overlap";
    case Command::world: return "calm fast open refused mixed stormy";
    case Command::completion: return "bash zsh fish";
    case Command::help:
      return "probe fetch batch overlap write compare resume runs show diff report world serve doctor completion man";
    case Command::probe:
    case Command::fetch:
    case Command::batch:
    case Command::write:
    case Command::resume:
    case Command::overlap:
    case Command::runs:
    case Command::serve:
    case Command::show:
    case Command::diff:
    case Command::report:
    case Command::doctor:
    case Command::man:
    case Command::version: break;
  }
  return "";
}

bool takes_files(Command command) {
  return command == Command::probe || command == Command::fetch || command == Command::batch ||
         command == Command::compare || command == Command::report;
}

bool takes_folders(Command command) {
  return command == Command::write || command == Command::resume || command == Command::show ||
         command == Command::diff || command == Command::report;
}

std::string command_names() {
  std::string names;
  for (const CommandRow& row : all_commands()) names += fmt::format("{}{}", names.empty() ? "" : " ", row.name);
  return names;
}

/// Text between single quotes of a shell.
std::string in_quotes(std::string_view text) {
  std::string quoted;
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted;
}

std::string bash_options(Command command) {
  std::string words = "--help";
  for (const OptionRow* row : shown_options_of(command)) {
    words += fmt::format(" --{}", row->name);
    if (row->letter) words += fmt::format(" -{}", row->letter);
  }
  return words;
}

std::string bash_values(const OptionRow& row) {
  const std::string letter = row.letter ? fmt::format("|-{}", row.letter) : "";
  std::string action = "return";  // A number or a time: nothing to offer.
  if (row.choices == "FILE")
    action = "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\")); return";
  else if (row.choices == "FOLDER")
    action = "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$word\")); return";
  else if (!row.choices.empty())
    action = fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\")); return", row.choices);
  return fmt::format("        --{}{}) {} ;;\n", row.name, letter, action);
}

std::string write_bash() {
  std::string text =
      "# bash completion for atonce; written by: atonce completion bash\n"
      "_atonce() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  COMPREPLY=()\n";
  text += fmt::format(
      "  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n    return\n  "
      "fi\n",
      command_names());
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const CommandRow& command : all_commands()) {
    text += fmt::format("    {})\n      case $before in\n", command.name);
    for (const OptionRow* row : shown_options_of(command.command))
      if (!row->is_flag()) text += bash_values(*row);
    text += fmt::format(
        "      esac\n      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$word\")); return; fi\n",
        bash_options(command.command));
    const std::string_view words = words_after(command.command);
    if (!words.empty()) text += fmt::format("      COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n", words);
    if (takes_files(command.command)) text += "      compopt -o filenames; COMPREPLY+=($(compgen -f -- \"$word\"))\n";
    if (takes_folders(command.command)) text += "      compopt -o filenames; COMPREPLY+=($(compgen -d -- \"$word\"))\n";
    text += "      ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _atonce atonce\n";
}

/// An option of zsh's _arguments: '(-c --concurrency)'{-c+,--concurrency=}'[help]:N:(words)'.
std::string zsh_option(const OptionRow& row) {
  std::string help;
  for (const char c : row.help) help += c == '[' || c == ']' || c == ':' ? fmt::format("\\{}", c) : std::string(1, c);
  std::string value;
  if (!row.is_flag()) {
    const std::string action = row.choices == "FILE"     ? "_files"
                               : row.choices == "FOLDER" ? "_files -/"
                               : row.choices.empty()     ? " "
                                                         : fmt::format("({})", in_quotes(row.choices));
    std::string choices;
    for (const char c : action) choices += c == ':' ? "\\:" : std::string(1, c);
    value = fmt::format(":{}:{}", row.name, choices);
  }
  const std::string shown = in_quotes(help);
  const std::string_view equals = row.is_flag() ? row.value_is_optional() ? "=-" : "" : "=";
  if (row.value_is_optional()) value = fmt::format("::{}: ", row.name);
  if (row.letter == 0) return fmt::format("'--{}{}[{}]{}'", row.name, equals, shown, value);
  return fmt::format("'*'{{-{}{},--{}{}}}'[{}]{}'", row.letter, row.is_flag() ? "" : "+", row.name, equals, shown,
                     value);
}

std::string write_zsh() {
  std::string text =
      "#compdef atonce\n# zsh completion for atonce; written by: atonce completion zsh\n"
      "_atonce() {\n  local -a commands\n  commands=(\n";
  for (const CommandRow& row : all_commands()) text += fmt::format("    '{}:{}'\n", row.name, in_quotes(row.summary));
  text +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const CommandRow& command : all_commands()) {
    text += fmt::format("    {})\n      _arguments -s '--help[help on this command]'", command.name);
    for (const OptionRow* row : shown_options_of(command.command)) text += " \\\n        " + zsh_option(*row);
    const std::string_view words = words_after(command.command);
    if (!words.empty()) text += fmt::format(" \\\n        '1:word:({})'", words);
    if (takes_files(command.command)) text += " \\\n        '*:list:_files'";
    if (takes_folders(command.command)) text += " \\\n        '*:run folder:_files -/'";
    text += " ;;\n";
  }
  return text + "  esac\n}\nif [ \"$funcstack[1]\" = _atonce ]; then _atonce \"$@\"; else compdef _atonce atonce; fi\n";
}

std::string fish_option(const CommandRow& command, const OptionRow& row) {
  std::string text =
      fmt::format("complete -c atonce -n '__fish_seen_subcommand_from {}' -l {}", command.name, row.name);
  if (row.letter) text += fmt::format(" -s {}", row.letter);
  const bool path = row.choices == "FILE" || row.choices == "FOLDER";
  if (!row.is_flag()) text += path ? " -r -F" : " -x";
  if (!row.choices.empty() && !path) text += fmt::format(" -a '{}'", row.choices);
  std::string help;
  for (const char c : row.help) help += c == '\'' || c == '\\' ? fmt::format("\\{}", c) : std::string(1, c);
  return text + fmt::format(" -d '{}'\n", help);
}

std::string write_fish() {
  std::string text = "# fish completion for atonce; written by: atonce completion fish\n";
  text += "complete -c atonce -f\n";
  for (const CommandRow& row : all_commands())
    text += fmt::format("complete -c atonce -n __fish_use_subcommand -a {} -d '{}'\n", row.name, row.summary);
  for (const CommandRow& row : all_commands()) {
    const std::string seen = fmt::format("complete -c atonce -n '__fish_seen_subcommand_from {}'", row.name);
    if (takes_files(row.command) || takes_folders(row.command)) text += seen + " -F\n";
    if (!words_after(row.command).empty()) text += fmt::format("{} -a '{}'\n", seen, words_after(row.command));
    for (const OptionRow* option : shown_options_of(row.command)) text += fish_option(row, *option);
  }
  return text;
}

}  // namespace

std::string write_completion(std::string_view shell) {
  if (shell == "bash") return write_bash();
  if (shell == "zsh") return write_zsh();
  if (shell == "fish") return write_fish();
  return {};
}

}  // namespace atonce
