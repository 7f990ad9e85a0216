#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/kept_run.h"
#include "atonce/model/escape.h"

namespace atonce {

int run_resume(const Invocation& asked) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(asked.run.folder, ignored).lexically_normal().string();
  const Parsed<KeptRunFolder> run = look_at_run(path);
  if (!run) return complain_and_exit(run.error());
  Parsed<Invocation> invocation = invocation_of(run->folder, asked.run.changes);
  if (!invocation) return complain_and_exit(invocation.error());
  // Relative names of outputs and exclude lists mean what they meant then.
  const std::string& folder = run->folder.manifest().working_directory;
  if (::chdir(folder.c_str()) != 0)
    return complain_and_exit({fmt::format("the run was started in \"{}\", which cannot be entered now: {}",
                                          escape_for_terminal(folder), std::strerror(errno))});
  invocation->plan.run = {.path = path, .none = false, .resume = true};
  return run_job(*invocation);
}

}  // namespace atonce
