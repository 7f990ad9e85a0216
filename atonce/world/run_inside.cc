#include "atonce/world/run_inside.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/private_network.h"

namespace atonce {
namespace {

/// A line to standard error, which may be full or closed: then nobody is told, and the run goes on.
template <class... Args>
void tell(fmt::format_string<Args...> format, Args&&... args) {
  std::fputs(fmt::format(format, std::forward<Args>(args)...).c_str(), stderr);
}

constexpr int exit_no_world = 2;
constexpr int exit_no_command = 127;

/// Puts a file of ours in the place of /etc/resolv.conf, for this process and its children only.
bool show_resolver(const Endpoint& resolver) {
  char path[] = "/tmp/atonce-resolv-XXXXXX";
  const OwnedDescriptor file(::mkostemp(path, O_CLOEXEC));
  if (!file) return false;
  const std::string text = fmt::format("nameserver {}\n", write_address(resolver.address));
  const bool shown = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                     ::fchmod(file.get(), 0644) == 0 && ::unshare(CLONE_NEWNS) == 0 &&
                     ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                     ::mount(path, "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0;
  ::unlink(path);  // The mount holds the file.
  return shown;
}

[[noreturn]] void become(std::span<char* const> command, const WorldServer& world) {
  const Endpoint resolver = world.resolver();
  trust_authority_of(world);
  if (!show_resolver(resolver))
    tell("world: /etc/resolv.conf stays as it is ({}); the resolver of the world is {}\n", std::strerror(errno),
         write_endpoint(resolver));
  std::vector<char*> arguments(command.begin(), command.end());
  arguments.push_back(nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGQUIT, SIG_DFL);
  ::setenv(std::string(world_variable).c_str(), "1", 1);
  ::execvp(arguments[0], arguments.data());
  tell("world: cannot run {}: {}\n", arguments[0], std::strerror(errno));
  ::_exit(exit_no_command);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return exit_no_command;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void print_counts(const WorldServer& world) {
  if (world.spec().ground != Ground::tun) return;
  const TunCounts counts = world.counts();
  tell(
      "world: SYNs to open {}, closed {}, silent {}, unreachable {}; packets in {}, out {}, lost as asked {}, "
      "not as asked {}\n",
      counts.syns_open, counts.syns_closed, counts.syns_silent, counts.syns_unreachable, counts.packets_in,
      counts.packets_out, counts.lost, counts.overflow);
}

int fail(const std::string& text) {
  tell("world: {}\n", text);
  return exit_no_world;
}

std::string how_to_fetch(const WorldServer& world) {
  if (world.authority_file().empty()) return "";
  return fmt::format("  trust it    {} has its authority, as for curl --cacert\n", world.authority_file());
}

void print_usage_of(const WorldServer& world) {
  tell(
      "{}\n"
      "  ask it      dig @{} -p {} example.com\n"
      "  probe it    atonce probe LIST --resolver {} -p {}\n"
      "  the truth   atonce world {} --truth LIST\n"
      "{}"
      "  end it      Ctrl-C\n",
      world.description(), write_address(world.resolver().address), world.resolver().port,
      write_endpoint(world.resolver()), world.spec().ports.front(), world.spec().profile, how_to_fetch(world));
}

}  // namespace

void trust_authority_of(const WorldServer& world) {
  const std::string path = world.authority_file();
  if (path.empty()) return;
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"})
    ::setenv(name, path.c_str(), 1);
}

Parsed<WorldServer> enter_world(WorldSpec& spec) {
  const PrivateNetwork network = enter_private_network();
  spec.private_network = network.entered;
  if (!network.entered) tell("world: {}\n", network.reason);
  return WorldServer::start(spec);
}

int run_in_world(const WorldSpec& spec, std::span<char* const> command) {
  if (command.empty()) return fail("there is no command to run; write it behind --");
  const PrivateNetwork network = enter_private_network();
  if (!network.entered) return fail("a command cannot be run inside: " + network.reason);
  WorldSpec settled = spec;
  settled.private_network = true;
  const Parsed<WorldServer> world = WorldServer::start(settled);
  if (!world) return fail(world.error().text);

  std::fflush(nullptr);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGQUIT, SIG_IGN);
  const pid_t child = ::fork();
  if (child < 0) return fail(fmt::format("cannot start a process for {}: {}", command[0], std::strerror(errno)));
  if (child == 0) become(command, *world);
  const int code = wait_for(child);
  print_counts(*world);
  return code;
}

int serve_world(const WorldSpec& spec) {
  if (spec.ground == Ground::tun)
    return fail("a world with round trips lives in a network of its own; run the program inside it: atonce world " +
                spec.profile + " -- COMMAND");
  // Blocked before the world starts, so that a signal between the two is not lost.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  WorldSpec settled = spec;
  settled.private_network = false;
  const Parsed<WorldServer> world = WorldServer::start(settled);
  if (!world) return fail(world.error().text);
  print_usage_of(*world);
  int number = 0;
  ::sigwait(&ends, &number);
  return 0;
}

}  // namespace atonce
