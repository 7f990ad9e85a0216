#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace atonce {

struct CallCount {
  std::optional<std::uint64_t> counted;  ///< none where this process may trace nobody
  int status = 0;                        ///< how the one that was counted ended, as waitpid(2) has it
};

/// Runs `work` in a process of its own and counts its system calls, those of its threads and of its children: each is
/// stopped twice for it. `work` gets the end of a pipe to write to, and gives an exit code; `read` gets the other end
/// and who writes to it. Nothing, with errno, when no process can be had for it. Source: ptrace(2), PTRACE_SEIZE.
std::optional<CallCount> count_system_calls(const std::function<int(int to)>& work,
                                            const std::function<void(int from, pid_t worker)>& read);

}  // namespace atonce
