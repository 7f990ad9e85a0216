#include "atonce/cli/arguments.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <deque>

#include "atonce/cli/command_table.h"
#include "atonce/cli/option_table.h"
#include "atonce/cli/positionals.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/spelling.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

using Words = std::vector<std::string>;

int why_unreadable(const std::string& path) {
  if (path.find('\0') != path.npos) return ENOENT;
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return errno;
  if (S_ISDIR(about.st_mode)) return EISDIR;
  return ::access(path.c_str(), R_OK) == 0 ? 0 : errno;
}

std::string shown(std::string_view word) { return "\"" + escape_for_terminal(word) + "\""; }

/// "--rate RATE", as a complaint names it.
std::string name_with_value(const OptionRow& row) { return fmt::format("--{} {}", row.name, row.value); }

Complaint unknown_option(Command command, std::string_view word) {
  const std::string_view typed = word.substr(0, word.find('='));
  std::vector<std::string> spelled{"--help", "--version"};
  for (const OptionRow* row : shown_options_of(command)) spelled.push_back(fmt::format("--{}", row->name));
  const std::vector<std::string_view> words(spelled.begin(), spelled.end());
  const std::string_view meant = typed.starts_with("--") ? nearest_word(typed, words) : "";
  const std::string_view name = row_of(command).name;
  if (!meant.empty()) return {fmt::format("atonce {} has no option {}; did you mean {}?", name, shown(typed), meant)};
  return {fmt::format("atonce {} has no option {}; atonce help {} lists its options", name, shown(typed), name)};
}

/// The words after the command's name as CLI11 sees them, with the values each option was given.
class CommandLine {
 public:
  explicit CommandLine(Command command) : command_(command) {
    app_.set_help_flag();
    app_.allow_extras();
    app_.add_flag("-h,--help", help_);
    for (const OptionRow* row : options_of(command)) add(*row);
  }

  Parsed<void> parse(Words words) {
    std::ranges::reverse(words);  // As CLI11 wants them.
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      return std::unexpected(explain(error));
    }
    for (const std::string& word : app_.remaining()) {
      if (word.size() > 1 && word.front() == '-') return std::unexpected(unknown_option(command_, word));
      positionals_.push_back(word);
    }
    return {};
  }

  Parsed<void> apply(Invocation& invocation, const KnownNames& names) const {
    for (const Given& given : given_) {
      if (given.option->count() == 0) continue;
      const OptionRow& row = *given.row;
      if (Parsed<void> fits = check_fits_job(invocation, row); !fits) return fits;
      Values values = given.option->results();
      if (row.is_flag()) {
        for (std::string& value : values) {
          if (value == "true") value.clear();
          if (!value.empty() && !row.value_is_optional()) return complain(fmt::format("--{} takes no value", row.name));
        }
      }
      Parsed<void> applied = row.apply(invocation, values, names);
      if (!applied) return complain(fmt::format("--{}: {}", row.name, applied.error().text));
    }
    return {};
  }

  /// The options as they were given, spelled out: so that another parse understands the same.
  Words options() const {
    Words words;
    for (const Given& given : given_) {
      if (given.option->count() == 0) continue;
      for (const std::string& value : given.option->results())
        words.push_back(given.row->is_flag() ? flag_word(*given.row, value)
                                             : fmt::format("--{}={}", given.row->name, value));
    }
    return words;
  }

  /// The same with secrets as "***".
  Words options_without_secrets() const {
    Words words = options();
    for (std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (equals == word.npos) continue;
      const std::string name = word.substr(2, equals - 2);
      word = fmt::format("--{}={}", name, without_secrets(name, word.substr(equals + 1)));
    }
    return words;
  }

  bool wants_help() const { return help_; }
  const Words& positionals() const { return positionals_; }

 private:
  /// A comparison takes the options of every job; this run has one.
  static Parsed<void> check_fits_job(const Invocation& invocation, const OptionRow& row) {
    if (invocation.command != Command::compare || row.group == OptionGroup::output) return {};
    const CommandRow* job = find_command(invocation.plan.job);
    const bool of_another = find_option(Command::probe, row.name) || find_option(Command::fetch, row.name) ||
                            find_option(Command::batch, row.name) || find_option(Command::write, row.name) ||
                            find_option(Command::overlap, row.name);
    if (job == nullptr || !of_another || find_option(job->command, row.name)) return {};
    return complain(
        fmt::format("{} has no option --{}; atonce help {} lists its options", job->name, row.name, job->name));
  }

  static std::string flag_word(const OptionRow& row, const std::string& value) {
    if (value.empty() || value == "true") return fmt::format("--{}", row.name);
    return fmt::format("--{}={}", row.name, value);
  }

  struct Given {
    const OptionRow* row;
    CLI::Option* option;
  };

  void add(const OptionRow& row) {
    const std::string names =
        row.letter ? fmt::format("-{},--{}", row.letter, row.name) : fmt::format("--{}", row.name);
    Words& values = values_.emplace_back();
    CLI::Option* option = row.is_flag() ? app_.add_flag(names, values) : app_.add_option(names, values);
    if (!row.is_flag()) option->expected(1)->allow_extra_args(false);
    option->take_all();
    given_.push_back({&row, option});
  }

  /// CLI11's texts begin with the option's name; the sentence is ours.
  Complaint explain(const CLI::ParseError& error) const {
    const std::string text = error.what();
    for (const Given& given : given_) {
      const OptionRow& row = *given.row;
      const bool meant =
          text.starts_with(fmt::format("--{}:", row.name)) || text.starts_with(fmt::format("--{} ", row.name));
      if (!meant) continue;
      if (row.is_flag()) return {fmt::format("--{} takes no value", row.name)};
      return {fmt::format("{} needs a value: {}", name_with_value(row), row.help)};
    }
    return {escape_for_terminal(text)};
  }

  Command command_;
  CLI::App app_;
  bool help_ = false;
  std::deque<Words> values_;  // A deque: CLI11 keeps references to its elements.
  std::vector<Given> given_;
  Words positionals_;
};

/// What a command assumes before it reads its options.
void apply_defaults(Invocation& invocation, const Words& positionals, const KnownNames& names) {
  Plan& plan = invocation.plan;
  if (invocation.command == Command::fetch || invocation.command == Command::batch ||
      invocation.command == Command::write)
    plan.job = row_of(invocation.command).name;
  if (invocation.command == Command::compare && !positionals.empty()) plan.job = positionals.front();
  if (invocation.command == Command::overlap) plan.job = "overlap";
  if (plan.job == "fetch") plan.input.kind = TargetKind::url;
  if (plan.job == "batch") {
    plan.input.kind = TargetKind::batch;
    plan.trust = {.confirm = 0, .canaries = false};  // A request has one place in its order.
  }
  if (plan.job == "write") {
    plan.input.kind = TargetKind::file;
    plan.input.list.clear();                         // Files are made from the seed where no list is named.
    plan.trust = {.confirm = 0, .canaries = false};  // Nothing gets lost on the way to a disk.
  }
  if (invocation.command != Command::compare) return;
  // A comparison measures strategies: as fast as each can, each target once, and nothing kept.
  plan.strategies.clear();
  for (const std::string_view name : names.strategies) plan.strategies.push_back({.name = std::string(name)});
  plan.trust = {.confirm = 0, .canaries = false};
  plan.run.none = true;
}

/// The command line as it may be kept: spelled out, and without secrets.
Words words_to_keep(std::string_view command, const CommandLine& line, const Words& positionals) {
  Words words{std::string(command)};
  std::ranges::copy(line.options_without_secrets(), std::back_inserter(words));
  if (!positionals.empty()) words.emplace_back("--");
  for (const std::string& word : positionals) words.push_back(redact(word));
  return words;
}

/// A rate and a duration are a number of starts.
Parsed<void> set_schedule(Plan& plan) {
  constexpr double starts_max = 1e12;
  if (!plan.batch.duration) return {};
  if (!plan.pacing.rate) return complain("--duration is for starts on schedule: say how many, as in --rate 500/s");
  if (plan.input.repeat != 1) return complain("--repeat and --duration both say how often: leave one of them out");
  const double starts = *plan.pacing.rate * seconds(*plan.batch.duration);
  if (starts < 1) return complain("within --duration nothing is due at this --rate");
  if (starts > starts_max) return complain("--rate and --duration come to more batches than can be counted");
  plan.input.starts = static_cast<std::uint64_t>(starts + 0.5);
  return {};
}

Parsed<Invocation> parse_command(Invocation invocation, const Words& words, const Surroundings& surroundings) {
  const auto dashes = std::ranges::find(words, "--");
  CommandLine line(invocation.command);
  Parsed<void> done = line.parse(Words(words.begin(), dashes));
  if (line.wants_help())
    return Invocation{.command = Command::help, .topic = std::string(row_of(invocation.command).name)};
  if (!done) return std::unexpected(done.error());

  apply_defaults(invocation, line.positionals(), surroundings.names);
  done = line.apply(invocation, surroundings.names);
  if (!done) return std::unexpected(done.error());
  const bool is_paced = invocation.command == Command::probe || invocation.command == Command::fetch;
  if (is_paced && !invocation.plan.pacing.rate) invocation.plan.pacing.automatic = true;
  if (invocation.command == Command::resume) invocation.run.changes = line.options();

  Words positionals = line.positionals();
  if (dashes != words.end()) {
    Words& rest = invocation.command == Command::world ? invocation.world.program : positionals;
    rest.insert(rest.end(), dashes + 1, words.end());
    if (rest.empty()) return complain("nothing follows \"--\"");
  }
  done = apply_positionals(invocation, positionals, surroundings);
  if (!done) return std::unexpected(done.error());
  if (done = set_schedule(invocation.plan); !done) return std::unexpected(done.error());
  if (invocation.command == Command::fetch || invocation.command == Command::batch)
    invocation.words = words_to_keep(row_of(invocation.command).name, line, positionals);
  return invocation;
}

Complaint unknown_command(const std::string& word, const Surroundings& surroundings) {
  std::vector<std::string_view> names;
  for (const CommandRow& row : all_commands()) names.push_back(row.name);
  const std::string_view meant = nearest_word(word, names);
  if (!meant.empty()) return {fmt::format("there is no command {}; did you mean atonce {}?", shown(word), meant)};
  const bool target = word == "-" || word.find_first_of("./:") != word.npos || surroundings.why_unreadable(word) == 0;
  if (target && word.front() != '-')
    return {fmt::format("the command comes first: atonce probe {}", escape_for_terminal(word))};
  return {fmt::format("there is no command {}; atonce help lists them", shown(word))};
}

}  // namespace

Surroundings surroundings_of_process(KnownNames names) {
  return {.names = names, .input_is_terminal = ::isatty(STDIN_FILENO) == 1, .why_unreadable = why_unreadable};
}

Parsed<Invocation> parse_arguments(std::span<const char* const> argv, const Surroundings& surroundings) {
  Words words;
  for (std::size_t i = 1; i < argv.size(); ++i) words.emplace_back(argv[i]);
  if (words.empty() || words[0] == "--help" || words[0] == "-h") return Invocation{.command = Command::help};
  if (words[0] == "--version" || words[0] == "-V") return Invocation{.command = Command::version};
  const CommandRow* row = find_command(words[0]);
  if (row == nullptr) return std::unexpected(unknown_command(words[0], surroundings));
  Invocation invocation{.command = row->command, .words = words};
  words.erase(words.begin());
  return parse_command(std::move(invocation), words, surroundings);
}

Parsed<Invocation> parse_resumed(Words words, const Words& changes, Surroundings surroundings) {
  words.insert(std::ranges::find(words, "--"), changes.begin(), changes.end());
  std::vector<const char*> argv{"atonce"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  surroundings.input_is_terminal = false;  // What came through a pipe then is kept with the run.
  Parsed<Invocation> invocation = parse_arguments(argv, surroundings);
  if (!invocation) return invocation;
  invocation->plan.fault.clear();  // What befell that session does not befall this one.
  constexpr std::string_view fault = "--fault=";
  for (const std::string& word : changes)
    if (word.starts_with(fault))
      invocation->plan.fault += (invocation->plan.fault.empty() ? "" : ",") + word.substr(fault.size());
  return invocation;
}

}  // namespace atonce
