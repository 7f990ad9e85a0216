#include "atonce/world/run_inside.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "atonce/world/test_network.h"
#include "atonce/world/write_names.h"

namespace atonce {
namespace {

/// What `body` writes to standard output in a process of its own, and its exit code.
struct Captured {
  int code = -1;
  std::string output;
};

Captured capture(const std::function<int()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::_exit(body());
  }
  ::close(ends[1]);
  Captured captured;
  char chunk[4'096];
  for (ssize_t size; (size = ::read(ends[0], chunk, sizeof chunk)) > 0;)
    captured.output.append(chunk, static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) captured.code = WEXITSTATUS(status);
  return captured;
}

bool namespaces_allowed() {
  return run_inside_private_network([] { return std::string(); }).skipped.empty();
}

Captured run_shell(const char* script, const char* world = "fast") {
  return capture([&] {
    std::string shell = "sh", option = "-c", text = script;
    std::vector<char*> command{shell.data(), option.data(), text.data()};
    return run_in_world(parse_world_spec(world).value(), command);
  });
}

TEST(RunInWorld, GivesBackOutputAndExitCodeOfTheCommand) {
  if (!namespaces_allowed()) GTEST_SKIP() << "no network namespaces here";
  const Captured seen = run_shell("echo inside; exit 7");
  EXPECT_EQ(seen.output, "inside\n");
  EXPECT_EQ(seen.code, 7);
  EXPECT_EQ(run_shell("kill -9 $$").code, 128 + 9);
}

TEST(RunInWorld, ShowsTheResolverOfTheWorldAndNoOtherNetwork) {
  if (!namespaces_allowed()) GTEST_SKIP() << "no network namespaces here";
  const Captured seen = run_shell("cat /etc/resolv.conf; tail -n +3 /proc/net/dev | grep -vc -e ' lo:'");
  EXPECT_EQ(seen.output.find("nameserver 127.0.0.53\n"), 0u) << seen.output;
}

TEST(RunInWorld, SaysWhenTheCommandCannotBeRun) {
  if (!namespaces_allowed()) GTEST_SKIP() << "no network namespaces here";
  const Captured seen = capture([] {
    std::string name = "/no/such/program";
    std::vector<char*> command{name.data()};
    return run_in_world(parse_world_spec("fast").value(), command);
  });
  EXPECT_EQ(seen.code, 127);
  EXPECT_EQ(capture([] { return run_in_world(parse_world_spec("fast").value(), {}); }).code, 2);
}

TEST(ServeWorld, SaysHowToUseItAndLeavesInOrderWhenItIsEnded) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::dup2(ends[1], STDERR_FILENO);
    WorldSpec spec = parse_world_spec("fast").value();
    spec.ports = {27'117};
    ::_exit(serve_world(spec));
  }
  ::close(ends[1]);
  std::string text;
  char byte;
  while (text.find("end it") == std::string::npos && ::read(ends[0], &byte, 1) == 1) text += byte;
  ::close(ends[0]);
  EXPECT_NE(text.find("--resolver 127.0.0.1:"), std::string::npos) << text;
  ::kill(child, SIGTERM);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(WriteNames, WritesRankAndDomainALine) {
  const Captured seen = capture([] { return write_names(1, 10'000, STDOUT_FILENO); });
  EXPECT_EQ(seen.code, 0);
  EXPECT_EQ(std::count(seen.output.begin(), seen.output.end(), '\n'), 10'000);
  EXPECT_EQ(seen.output.substr(0, 2), "1,");
  EXPECT_NE(seen.output.find("\n10000,"), std::string::npos);
}

}  // namespace
}  // namespace atonce
