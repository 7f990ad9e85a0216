#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/model/exit_code.h"
#include "atonce/strategies/target_source.h"
#include "atonce/world/world_command.h"

namespace atonce {
namespace {

int print_truth(const WorldSpec& spec, InputOptions input) {
  const auto list = open_targets(input);
  if (!list) return complain_and_exit(list.error());
  std::vector<Target> targets(64);
  while (!(*list)->ended()) {
    const std::size_t claimed = (*list)->claim(targets);
    for (std::size_t i = 0; i < claimed; ++i) {
      const bool of_url = input.kind == TargetKind::url;
      const std::string row = of_url ? write_fetch_truth_row(spec, targets[i]) : write_truth_row(spec, targets[i]);
      if (std::fwrite(row.data(), 1, row.size(), stdout) != row.size()) return exit_local_limit;
    }
    if (claimed == 0) usleep(1'000);  // A slow pipe.
  }
  if (const auto error = (*list)->error()) return complain_and_exit(*error);
  return std::fflush(stdout) == 0 ? exit_complete : exit_local_limit;
}

int print_names(const WorldSpec& spec, std::uint64_t count) {
  const int error = write_names(spec.seed, count, STDOUT_FILENO);
  if (error == 0 || error == EPIPE) return exit_complete;
  return complain_and_exit({fmt::format("writing the names: {}", std::strerror(error))}, exit_local_limit);
}

int run_program(const WorldSpec& spec, std::vector<std::string> program) {
  std::vector<char*> words;
  for (std::string& word : program) words.push_back(word.data());
  return run_in_world(spec, words);
}

}  // namespace

int run_world(const Invocation& invocation) {
  const WorldRequest& request = invocation.world;
  Parsed<WorldSpec> spec = parse_world_spec(request.spec);
  if (!spec) return complain_and_exit(spec.error());
  if (invocation.plan.seed != 0) spec->seed = invocation.plan.seed;
  spec->ports = ports_of(invocation.plan.input);
  if (request.names) return print_names(*spec, *request.names);
  if (!request.truth.empty()) {
    InputOptions input = invocation.plan.input;
    input.list = request.truth;
    input.targets.clear();
    if (request.urls) {
      input.kind = TargetKind::url;
      spec->ports = {80, 443};
      // As `fetch --world` has it, behind a round trip too.
      if (spec->web == WebKind::off) spec->web = web_of_profile(spec->profile);
    }
    return print_truth(*spec, input);
  }
  if (!request.program.empty()) return run_program(*spec, request.program);
  return serve_world(*spec);
}

}  // namespace atonce
