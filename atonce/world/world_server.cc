#include "atonce/world/world_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "atonce/world/dns_responder.h"
#include "atonce/world/fate.h"
#include "atonce/world/loopback_ground.h"
#include "atonce/world/private_network.h"
#include "atonce/world/tun_ground.h"
#include "atonce/world/web/listener.h"
#include "atonce/world/world_web.h"

namespace atonce {
namespace {

/// Everything that the child serves; the parent lets go of it after the fork.
struct Parts {
  DnsResponder dns;
  std::optional<LoopbackGround> loopback;  ///< one of the two grounds
  std::optional<TunGround> tun;
  std::optional<WorldWeb> web;
};

/// Where the built-in server listens for the hosts of the TUN ground, whose packets come turned around.
Parsed<std::vector<OwnedDescriptor>> listen_behind_tun(const WorldSpec& spec) {
  std::vector<OwnedDescriptor> listeners;
  for (const std::uint16_t port : spec.ports) {
    Parsed<OwnedDescriptor> listener = open_listener({IpAddress::v4(tun_address), port});
    if (!listener) return std::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

Parsed<void> open_web(const WorldSpec& spec, Parts& parts) {
  if (spec.web == WebKind::off) return {};
  Parsed<std::vector<OwnedDescriptor>> listeners =
      parts.loopback ? parts.loopback->take_open() : listen_behind_tun(spec);
  if (!listeners) return std::unexpected(listeners.error());
  Parsed<WorldWeb> web = WorldWeb::open(spec, std::move(*listeners));
  if (!web) return std::unexpected(web.error());
  parts.web.emplace(std::move(*web));
  return {};
}

Parsed<Parts> open_parts(const WorldSpec& spec) {
  Parsed<DnsResponder> dns = DnsResponder::open(spec);
  if (!dns) return std::unexpected(dns.error());
  Parts parts{.dns = std::move(*dns), .loopback = {}, .tun = {}, .web = {}};
  if (spec.ground == Ground::tun) {
    Parsed<TunGround> tun = TunGround::open(spec);
    if (!tun) return std::unexpected(tun.error());
    parts.tun.emplace(std::move(*tun));
  } else {
    Parsed<LoopbackGround> loopback = LoopbackGround::open(spec);
    if (!loopback) return std::unexpected(loopback.error());
    parts.loopback = std::move(*loopback);
  }
  if (const Parsed<void> web = open_web(spec, parts); !web) return std::unexpected(web.error());
  return parts;
}

/// Closes what was inherited and is not the world's, so that no pipe or file of the parent stays open through the
/// child.
void close_others(std::vector<int> kept) {
  const int null = ::open("/dev/null", O_RDWR);
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::close(null);
  std::ranges::sort(kept);
  unsigned next = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > next) ::close_range(next, static_cast<unsigned>(fd) - 1, 0);
    next = static_cast<unsigned>(fd) + 1;
  }
  ::close_range(next, ~0u, 0);
}

std::vector<int> descriptors_of(const Parts& parts) {
  std::vector<int> numbers = parts.dns.descriptors();
  if (parts.loopback) std::ranges::copy(parts.loopback->descriptors(), std::back_inserter(numbers));
  if (parts.tun) std::ranges::copy(parts.tun->descriptors(), std::back_inserter(numbers));
  if (parts.web) std::ranges::copy(parts.web->descriptors(), std::back_inserter(numbers));
  return numbers;
}

void settle_as_child(pid_t parent) {
  // A Ctrl-C at the terminal reaches the whole group; the world outlives it, for the answers that are still wanted.
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::prctl(PR_SET_NAME, "atonce-world");
}

/// Ends the process when it is asked to, with all that was answered in the log.
void end_in_order(WebService& web) {
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  int number = 0;
  ::sigwait(&asked, &number);
  web.stop();
  ::_exit(0);
}

/// Before any other thread starts, so that each has the signal blocked.
void start_web(WorldWeb& web) {
  sigset_t asked;
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &asked, nullptr);
  Parsed<std::unique_ptr<WebService>> service = web.start();
  if (!service) {
    const std::string text = fmt::format("world: its web cannot be served: {}\n", service.error().text);
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(1);
  }
  std::thread([running = std::move(*service)] { end_in_order(*running); }).detach();
}

[[noreturn]] void serve(Parts& parts, TunCounters::Page& counts) {
  close_others(descriptors_of(parts));
  if (parts.web) start_web(*parts.web);
  ServeLoop loop;
  parts.dns.watch(loop);
  if (parts.loopback && !parts.web) parts.loopback->watch(loop);
  std::thread tun;
  if (parts.tun) tun = std::thread([&] { parts.tun->run(counts); });
  loop.run();
}

/// Asks, and waits for two seconds at most; whoever is still there then is killed.
void end_child_in_order(pid_t child) {
  constexpr int patience_ms = 2'000;
  ::kill(child, SIGTERM);
  for (int i = 0; i < patience_ms; ++i) {
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0)
      return;
    ::usleep(1'000);
  }
}

}  // namespace

Parsed<WorldServer> WorldServer::start(const WorldSpec& spec) {
  WorldServer server(spec);
  server.counters_ = TunCounters::create();
  if (server.counters_.page() == nullptr) return complain("the world's process cannot share memory with this one");
  WorldSpec& settled = server.spec_;
  settled.ipv6 =
      spec.ipv6 && spec.private_network && spec.ground == Ground::loopback && add_loopback_address(v6_address(1));
  Parsed<Parts> parts = open_parts(settled);
  if (!parts) return std::unexpected(parts.error());
  server.resolver_ = parts->dns.endpoint();
  for (std::uint16_t& port : settled.ports) {
    const std::uint16_t served = parts->loopback ? parts->loopback->port(port) : port;
    server.ports_.emplace_back(port, served);
    port = served;
  }

  if (parts->web) server.authority_file_.emplace(parts->web->take_authority_file());
  const pid_t parent = ::getpid();
  server.child_ = ::fork();
  if (server.child_ < 0)
    return complain(fmt::format("the world's process cannot be started: {}", std::strerror(errno)));
  if (server.child_ == 0) {
    settle_as_child(parent);
    serve(*parts, *server.counters_.page());
  }
  return server;
}

WorldServer::WorldServer(WorldServer&& other) noexcept
    : spec_(std::move(other.spec_)),
      resolver_(other.resolver_),
      ports_(std::move(other.ports_)),
      counters_(std::move(other.counters_)),
      authority_file_(std::move(other.authority_file_)),
      child_(std::exchange(other.child_, -1)) {}

WorldServer& WorldServer::operator=(WorldServer&& other) noexcept {
  std::swap(spec_, other.spec_);
  std::swap(resolver_, other.resolver_);
  std::swap(ports_, other.ports_);
  std::swap(counters_, other.counters_);
  std::swap(authority_file_, other.authority_file_);
  std::swap(child_, other.child_);
  return *this;
}

WorldServer::~WorldServer() {
  if (child_ <= 0) return;
  if (!spec_.requests.empty() && spec_.web != WebKind::off) end_child_in_order(child_);
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) continue;
}

bool WorldServer::serves() const {
  siginfo_t ended{};
  return child_ > 0 && ::waitid(P_PID, static_cast<id_t>(child_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

std::uint16_t WorldServer::port(std::uint16_t asked) const {
  const auto place = std::ranges::find(ports_, asked, [](const auto& pair) { return pair.first; });
  return place == ports_.end() ? asked : place->second;
}

std::string WorldServer::description() const {
  std::string text = fmt::format("world {}, seed {}, ", spec_.profile, spec_.seed);
  if (spec_.ground == Ground::tun) {
    text += fmt::format("{} round trip", write_duration(spec_.rtt));
    if (spec_.jitter > Duration{}) text += fmt::format(", up to {} more", write_duration(spec_.jitter));
    if (spec_.loss > 0) text += fmt::format(", {:g} % loss each way", spec_.loss * 100);
    if (spec_.outage_length > Duration{})
      text += fmt::format(", away for {} after {}", write_duration(spec_.outage_length),
                          spec_.outage_start == Duration{} ? "0s" : write_duration(spec_.outage_start));
    text += ", on TUN in a private network";
  } else {
    text += spec_.private_network ? "on loopback in a private network" : "on this machine's loopback";
  }
  text += fmt::format("; resolver {}", write_endpoint(resolver_));
  for (const auto& [asked, served] : ports_)
    if (asked != served) text += fmt::format("; port {} stands for {}", served, asked);
  return text;
}

}  // namespace atonce
