#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "atonce/cli/arguments.h"
#include "atonce/cli/command_table.h"
#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/completion.h"
#include "atonce/cli/help.h"
#include "atonce/cli/hide_arguments.h"
#include "atonce/cli/known_names.h"
#include "atonce/cli/man_page.h"
#include "atonce/runtime/machine.h"

namespace atonce {
namespace {

int run_help(const Invocation& invocation) {
  const CommandRow* command = find_command(invocation.topic);
  return print(command ? write_help(command->command) : write_overview());
}

/// Whoever started us may have closed some: then the next file we open would take its number, and messages would go
/// into the results.
void keep_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(number, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", O_RDWR);
}

int run_command(const Invocation& invocation) {
  switch (invocation.command) {
    case Command::probe:
    case Command::fetch:
    case Command::batch: return run_job(invocation);
    case Command::overlap: return run_overlap(invocation);
    case Command::write: return invocation.clean ? run_clean(invocation) : run_job(invocation);
    case Command::compare: return run_compare(invocation);
    case Command::resume: return run_resume(invocation);
    case Command::runs: return run_runs(invocation);
    case Command::show: return run_show(invocation);
    case Command::diff: return run_diff(invocation);
    case Command::report: return run_report(invocation);
    case Command::world: return run_world(invocation);
    case Command::serve: return run_serve(invocation);
    case Command::doctor: return run_doctor(invocation);
    case Command::completion: return print(write_completion(invocation.topic));
    case Command::man: return print(write_man_page());
    case Command::help: return run_help(invocation);
    case Command::version: return print("atonce " ATONCE_VERSION "\n");
  }
  return exit_internal;
}

int run(std::span<char* const> argv) {
  const std::vector<const char*> words(argv.begin(), argv.end());
  const Parsed<Invocation> invocation = parse_arguments(words, surroundings_of_process(known_names()));
  if (!invocation) return complain_and_exit(invocation.error());
  hide_arguments(argv, *invocation);
  return run_command(*invocation);
}

}  // namespace
}  // namespace atonce

int main(int argc, char** argv) {
  atonce::keep_standard_streams();
  atonce::spare_address_space();
  try {
    return atonce::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& bug) {
    return atonce::complain_and_exit({fmt::format("internal error: {}", bug.what())}, atonce::exit_internal);
  }
}
