#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "atonce/world/private_network.h"

namespace atonce {

/// How a body of a test that needs a network of its own ended.
struct InsideResult {
  std::string skipped;  ///< why it could not run here
  std::string failure;  ///< what it said was wrong
};

/// Runs `body` in a forked child inside a private network; it returns what is wrong, or nothing. Namespaces cannot be
/// left, hence the child.
inline InsideResult run_inside_private_network(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) return {.failure = "no pipe"};
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    const PrivateNetwork network = enter_private_network();
    const std::string text = network.entered ? "F" + body() : "S" + network.reason;
    const bool whole = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(whole ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char chunk[4'096];
  for (ssize_t size; (size = ::read(ends[0], chunk, sizeof chunk)) > 0;)
    text.append(chunk, static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (text.empty() || status != 0) return {.failure = "the child ended with status " + std::to_string(status)};
  if (text[0] == 'S') return {.skipped = text.substr(1)};
  return {.failure = text.substr(1)};
}

}  // namespace atonce

/// A test body that returns "" or what is wrong, inside a private network; skips with the reason where there is none.
#define EXPECT_INSIDE(...)                                                                   \
  do {                                                                                       \
    const ::atonce::InsideResult inside = ::atonce::run_inside_private_network(__VA_ARGS__); \
    if (!inside.skipped.empty()) GTEST_SKIP() << inside.skipped;                             \
    EXPECT_EQ(inside.failure, "");                                                           \
  } while (false)
