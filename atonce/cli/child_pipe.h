#pragma once

#include <sys/types.h>

#include <cstddef>

#include "atonce/strategies/control.h"

namespace atonce {

/// All of `bytes` into a pipe; false when nobody reads any more.
bool write_whole(int to, const void* bytes, std::size_t size);

/// All of `bytes` from a pipe that `child` writes to; false when it ended before. While there is nothing to read and
/// `control` says stop, `child` is told by SIGINT, again each second, so that it ends at once in the end.
bool read_whole(int from, void* bytes, std::size_t size, pid_t child, const Control& control);

/// Waits until `child` has ended, and gives its status as waitpid(2) has it.
int reap(pid_t child);

}  // namespace atonce
