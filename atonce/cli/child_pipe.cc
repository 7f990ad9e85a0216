#include "atonce/cli/child_pipe.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace atonce {
namespace {

void wait_for_bytes(int from, pid_t child, const Control& control) {
  constexpr int look_every_ms = 100;
  constexpr int tell_every = 10;
  pollfd on{from, POLLIN, 0};
  for (int looks = 0; poll(&on, 1, look_every_ms) <= 0; ++looks)
    if (control.stopping() && looks % tell_every == 0) kill(child, SIGINT);
}

}  // namespace

bool write_whole(int to, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t wrote = write(to, at, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

bool read_whole(int from, void* bytes, std::size_t size, pid_t child, const Control& control) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    wait_for_bytes(from, child, control);
    const ssize_t got = read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

int reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace atonce
