#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace atonce {

struct CallCount {
  std::optional<std::uint64_t> counted;  ///< none where this process may trace nobody
};

/// Runs `work` in a process of its own and counts its system calls, those of its threads and of its children: each is
/// stopped twice for it. `work` gets the end of a pipe to write to, and says whether all went well; `read` gets the
/// other end and who writes to it, and says whether all came. Nothing when one of them says no, or no process can be
/// had. Source: ptrace(2), PTRACE_SEIZE.
std::optional<CallCount> count_system_calls(const std::function<bool(int to)>& work,
                                            const std::function<bool(int from, pid_t worker)>& read);

}  // namespace atonce
