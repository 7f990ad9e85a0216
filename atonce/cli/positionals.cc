#include "atonce/cli/positionals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "atonce/cli/command_table.h"
#include "atonce/cli/spelling.h"
#include "atonce/cli/values.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

using Words = std::span<const std::string>;

Parsed<void> refuse(std::string text) { return complain(std::move(text)); }

std::string shown(const std::string& word) { return "\"" + escape_for_terminal(word) + "\""; }

/// A word that can only be meant as a file.
bool looks_like_path(std::string_view word) {
  constexpr std::array<std::string_view, 5> endings{".csv", ".txt", ".list", ".tsv", ".gz"};
  if (word.find('/') != word.npos) return !is_cidr(word);
  return std::ranges::any_of(endings, [&](std::string_view ending) { return word.ends_with(ending); });
}

/// "example.org/robots.txt": what stands before the first slash is a host.
bool looks_like_url(std::string_view word) {
  if (word.find("://") != word.npos) return true;
  const std::size_t slash = word.find('/');
  const std::string_view host = word.substr(0, slash);
  return slash != word.npos && !host.starts_with('.') && (host.find_first_of(".:") != host.npos || host == "localhost");
}

Parsed<void> check_url(const std::string& word, int why_unreadable) {
  if (word.find("{}") != word.npos)
    return refuse(fmt::format("{} is a template; it goes with a list of hosts: --url {} LIST", shown(word), word));
  if (looks_like_url(word)) return {};
  if (word.empty()) return refuse("one of the URLs is empty");
  if (looks_like_path(word))
    return refuse(fmt::format("cannot read {}: {}", shown(word), std::generic_category().message(why_unreadable)));
  return {};
}

Parsed<void> check_target(const std::string& word, TargetKind kind, int why_unreadable) {
  if (kind == TargetKind::url) return check_url(word, why_unreadable);
  if (word.find("://") != word.npos)
    return refuse(fmt::format("{} is a URL; a probe takes host names and addresses, and ports with -p", shown(word)));
  if (word.empty()) return refuse("one of the targets is empty");
  if (looks_like_path(word))
    return refuse(fmt::format("cannot read {}: {}", shown(word), std::generic_category().message(why_unreadable)));
  return {};
}

Parsed<void> take_input(InputOptions& input, Words words, const Surroundings& surroundings) {
  if (words.empty()) {
    if (surroundings.input_is_terminal)
      return refuse("no targets: name a list file or some targets, or pipe a list in");
    input.list = "-";
    return {};
  }
  for (const std::string& word : words) {
    const int why = word == "-" ? 0 : surroundings.why_unreadable(word);
    if (why != 0) {
      const Parsed<void> target = check_target(word, input.kind, why);
      if (!target) return target;
      input.targets.push_back(word);
      continue;
    }
    if (words.size() > 1) return refuse(fmt::format("{} is a list; give one list, or targets, not both", shown(word)));
    input.list = word;
  }
  return {};
}

/// The files of a batch, all of them lists.
Parsed<void> take_files(InputOptions& input, Words words, const Surroundings& surroundings) {
  if (words.empty() && surroundings.input_is_terminal)
    return refuse("no batches: name Hurl files or files of JSON lines, or pipe JSON lines in");
  for (const std::string& word : words) {
    if (word == "-" && words.size() > 1) return refuse("standard input is read alone: give \"-\", or files, not both");
    if (word == "-") continue;
    if (const int why = surroundings.why_unreadable(word); why != 0)
      return refuse(fmt::format("cannot read {}: {}", shown(word), std::generic_category().message(why)));
  }
  input.list = words.empty() ? "-" : words[0];
  if (words.size() > 1) input.targets.assign(words.begin(), words.end());
  return {};
}

/// The folder of a write, and whether what was asked for goes together.
Parsed<void> take_written_folder(Plan& plan, Words words) {
  if (words.empty()) return refuse("write to where? Name a folder: atonce write DIR -n 100000");
  if (words.size() > 1) return refuse(fmt::format("files are written to one folder; {} is another", shown(words[1])));
  if (words[0].empty()) return refuse("the name of the folder is empty");
  plan.write.folder = words[0];
  const InputOptions& input = plan.input;
  const FileInput files;
  if (input.is_generated() && !input.limit)
    return refuse("how many files? Say -n 100000, or name a list of them: --from FILE or --from-tar FILE");
  const bool describes =
      input.files.name_bytes != files.name_bytes || input.files.size != files.size || !input.files.content.empty();
  if (!input.is_generated() && describes)
    return refuse("--size and --name-bytes are for files that are made; the list says what its files are");
  if (plan.pacing.automatic) return refuse("--rate auto is for networks; say a number, as in --rate 500/s");
  if (input.files.archive && input.files.fan_out > 0)
    return refuse("an archive has folders of its own; leave --fan-out out");
  return {};
}

Parsed<void> take_cleaned_run(const Invocation& invocation, Words words) {
  if (!words.empty())
    return refuse(fmt::format("--clean knows the folder from the run; leave {} out", shown(words[0])));
  if (invocation.plan.input.limit || !invocation.plan.input.is_generated())
    return refuse("--clean takes away what a run made, and writes nothing: leave out what else is to be written");
  return {};
}

Parsed<void> take_job(Invocation& invocation, Words words, const Surroundings& surroundings) {
  const auto& jobs = surroundings.names.jobs;
  if (words.empty())
    return refuse(
        fmt::format("compare what? Name the job first ({}): atonce compare {} LIST", either(jobs), jobs.front()));
  if (std::ranges::find(jobs, words[0]) == jobs.end())
    return refuse(fmt::format("{} is no job; name the job first ({}): atonce compare {} LIST", shown(words[0]),
                              either(jobs), jobs.front()));
  invocation.plan.job = words[0];
  if (invocation.plan.job == "overlap")
    return words.size() == 1 ? Parsed<void>() : refuse(fmt::format("overlap takes no {}", shown(words[1])));
  if (invocation.plan.input.kind == TargetKind::batch)
    return take_files(invocation.plan.input, words.subspan(1), surroundings);
  if (invocation.plan.write.sync == SyncChoice::end)
    return refuse("--sync end comes when a run has ended, and is no part of what is compared; --sync file is");
  if (invocation.plan.input.kind == TargetKind::file) return take_written_folder(invocation.plan, words.subspan(1));
  return take_input(invocation.plan.input, words.subspan(1), surroundings);
}

Parsed<void> take_world(WorldRequest& world, Words words) {
  if (words.size() > 1)
    return refuse(fmt::format("one world at a time; a command to run inside follows \"--\": -- {}", shown(words[1])));
  if (!words.empty()) world.spec = words[0];
  const int asked = (world.names ? 1 : 0) + (world.truth.empty() ? 0 : 1) + (world.program.empty() ? 0 : 1);
  if (asked > 1) return refuse("--names, --truth and a command to run are three different things; ask for one");
  return {};
}

Parsed<void> take_folder(RunRequest& run, Command command, Words words) {
  if (words.size() != 1)
    return refuse(
        fmt::format("which run? atonce {} takes one run folder; atonce runs lists them", row_of(command).name));
  if (words[0].empty()) return refuse("the name of the run folder is empty");
  run.folder = words[0];
  return {};
}

Parsed<void> take_two_folders(RunRequest& run, Words words) {
  if (words.size() != 2 || words[0].empty() || words[1].empty())
    return refuse("atonce diff takes two run folders, the earlier run first; atonce runs lists them");
  run.folder = words[0];
  run.other = words[1];
  return {};
}

Parsed<void> take_sources(ReportRequest& pages, Words words) {
  if (words.empty())
    return refuse("a report of what? Name a run's folder (atonce runs lists them), or files that compare --json wrote");
  for (const std::string& word : words)
    if (word.empty()) return refuse("the name of a run's folder or file is empty");
  pages.sources.assign(words.begin(), words.end());
  return {};
}

Parsed<void> take_shell(Invocation& invocation, Words words) {
  constexpr std::array<std::string_view, 3> shells{"bash", "zsh", "fish"};
  if (words.size() != 1 || std::ranges::find(shells, words[0]) == shells.end())
    return refuse(fmt::format("for which shell? atonce completion {}", either(shells)));
  invocation.topic = words[0];
  return {};
}

Parsed<void> take_topic(Invocation& invocation, Words words) {
  if (words.empty()) return {};
  if (words.size() > 1 || find_command(words[0]) == nullptr)
    return refuse(fmt::format("there is no help on {}; atonce help lists the commands", shown(words.back())));
  invocation.topic = words[0];
  return {};
}

}  // namespace

Parsed<void> apply_positionals(Invocation& invocation, Words words, const Surroundings& surroundings) {
  switch (invocation.command) {
    case Command::probe:
    case Command::fetch: return take_input(invocation.plan.input, words, surroundings);
    case Command::batch: return take_files(invocation.plan.input, words, surroundings);
    case Command::write:
      return invocation.clean ? take_cleaned_run(invocation, words) : take_written_folder(invocation.plan, words);
    case Command::compare: return take_job(invocation, words, surroundings);
    case Command::resume:
    case Command::show: return take_folder(invocation.run, invocation.command, words);
    case Command::diff: return take_two_folders(invocation.run, words);
    case Command::report: return take_sources(invocation.pages, words);
    case Command::world: return take_world(invocation.world, words);
    case Command::completion: return take_shell(invocation, words);
    case Command::help: return take_topic(invocation, words);
    case Command::overlap:
    case Command::runs:
    case Command::serve:
    case Command::doctor:
    case Command::man:
    case Command::version: break;
  }
  if (words.empty()) return {};
  return refuse(fmt::format("atonce {} takes no {}", row_of(invocation.command).name, shown(words[0])));
}

}  // namespace atonce
