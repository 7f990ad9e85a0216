#include "atonce/runtime/machine.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

namespace atonce {
namespace {

using Number = std::optional<std::uint64_t>;

Number read_number(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  return file >> value ? Number(value) : std::nullopt;  // "max", as cgroups say, is no number and no limit.
}

std::string cgroup_folder() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::")) return "/sys/fs/cgroup" + line.substr(3);
  return "/sys/fs/cgroup";
}

/// The least of a limit in our cgroup and those above it.
Number least_in_cgroups(std::string_view name) {
  Number least;
  std::string folder = cgroup_folder();
  constexpr std::string_view top = "/sys/fs/cgroup";
  for (;;) {
    const Number here = read_number(folder + "/" + std::string(name));
    if (here) least = std::min(here, least ? least : here);
    const std::size_t slash = folder.rfind('/');
    if (folder.size() <= top.size() || slash == folder.npos) return least;
    folder.resize(slash);
  }
}

Number memory_available() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kilobytes = 0;
  for (std::string rest; file >> name >> kilobytes; std::getline(file, rest))
    if (name == "MemAvailable:") return kilobytes * 1024;
  return std::nullopt;
}

int try_ring(unsigned flags, std::uint32_t& features) {
  io_uring_params params{};
  params.flags = flags;
  const long descriptor = ::syscall(SYS_io_uring_setup, 1u, &params);
  if (descriptor < 0) return errno;
  ::close(static_cast<int>(descriptor));
  features = params.features;
  return 0;
}

RingFacts read_ring() {
  constexpr unsigned single_issuer =
      1u << 12;  // IORING_SETUP_SINGLE_ISSUER, and the next bit is DEFER_TASKRUN: newer than some headers.
  constexpr unsigned defer_taskrun = 1u << 13;
  RingFacts facts;
  facts.error = try_ring(0, facts.features);
  std::uint32_t features = 0;
  if (facts.error == 0) facts.single_issuer_defer_taskrun = try_ring(single_issuer | defer_taskrun, features) == 0;
  return facts;
}

/// Namespaces cannot be tried without entering them, so a child does.
bool can_make_namespace() {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : 1);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool can_open(const char* path) {
  const int descriptor = ::open(path, O_RDWR | O_CLOEXEC);
  if (descriptor >= 0) ::close(descriptor);
  return descriptor >= 0;
}

bool has_ipv4_route() {
  std::ifstream file("/proc/net/route");
  std::string line;
  std::getline(file, line);  // Header.
  while (std::getline(file, line))
    if (!line.starts_with("lo")) return true;
  return false;
}

/// A default route that is no rejection: 32 zeros, prefix 00, and a device other than lo.
bool has_ipv6_route() {
  std::ifstream file("/proc/net/ipv6_route");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(std::string(32, '0') + " 00 ") && !line.ends_with(" lo")) return true;
  return false;
}

std::vector<std::string> read_resolvers() {
  std::vector<std::string> resolvers;
  std::ifstream file("/etc/resolv.conf");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key, address;
    if (words >> key >> address && key == "nameserver") resolvers.push_back(address);
  }
  return resolvers;
}

void read_limits(MachineFacts& facts) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    facts.descriptors_soft = limit.rlim_cur;
    facts.descriptors_hard = limit.rlim_max;
  }
  if (::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) facts.processes_soft = limit.rlim_cur;
  facts.descriptors_system = read_number("/proc/sys/fs/nr_open");
  facts.processes_cgroup = least_in_cgroups("pids.max");
  facts.memory_available = memory_available();
  facts.memory_limit = least_in_cgroups("memory.max");
  facts.memory_used = read_number(cgroup_folder() + "/memory.current");
}

void read_network(MachineFacts& facts) {
  const std::string ipv4 = "/proc/sys/net/ipv4/";
  std::ifstream ports(ipv4 + "ip_local_port_range");
  std::uint64_t low = 0, high = 0;
  if (ports >> low >> high) {
    facts.port_low = low;
    facts.port_high = high;
  }
  facts.netdev_backlog = read_number("/proc/sys/net/core/netdev_max_backlog");
  facts.accept_queue = read_number("/proc/sys/net/core/somaxconn");
  facts.receive_buffer_max = read_number("/proc/sys/net/core/rmem_max");
  facts.syn_retries = read_number(ipv4 + "tcp_syn_retries");
  facts.syn_linear_timeouts = read_number(ipv4 + "tcp_syn_linear_timeouts");
  facts.ipv4_route = has_ipv4_route();
  facts.ipv6_route = has_ipv6_route();
  facts.resolvers = read_resolvers();
}

}  // namespace

MachineFacts read_machine_facts() {
  MachineFacts facts;
  utsname name{};
  if (::uname(&name) == 0) facts.kernel = name.release;
  facts.processors = std::max(1u, std::thread::hardware_concurrency());
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) facts.processors = std::max(1, CPU_COUNT(&allowed));
  read_limits(facts);
  read_network(facts);
  facts.ring = read_ring();
  return facts;
}

void read_world_facts(MachineFacts& facts) {
  facts.user_network_namespace = can_make_namespace();
  facts.tun = can_open("/dev/net/tun");
}

std::optional<std::uint64_t> memory_left(const MachineFacts& facts) {
  Number left = facts.memory_available;
  if (facts.memory_limit) {
    const std::uint64_t used = std::min(facts.memory_used.value_or(0), *facts.memory_limit);
    left = std::min(left.value_or(*facts.memory_limit), *facts.memory_limit - used);
  }
  return left;
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

void spare_address_space() {
  constexpr std::size_t stack_bytes = 512 << 10;  // Coroutines keep what they need on the heap.
  rlimit space{}, data{};
  if (::getrlimit(RLIMIT_AS, &space) != 0 || ::getrlimit(RLIMIT_DATA, &data) != 0) return;
  if (space.rlim_cur == RLIM_INFINITY && data.rlim_cur == RLIM_INFINITY) return;
  ::mallopt(M_ARENA_MAX, 1);
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return;
  if (::pthread_attr_setstacksize(&attributes, stack_bytes) == 0) ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

std::uint32_t largest_window(const MachineFacts& facts, bool ring) {
  const std::uint64_t descriptors =
      std::clamp<std::uint64_t>(std::max(facts.descriptors_soft, facts.descriptors_hard), 1, window_ceiling);
  std::uint64_t window = descriptors - std::min(descriptors_reserved, descriptors / 2);
  if (ring) window *= rings_max;
  if (const Number left = memory_left(facts)) window = std::min(window, *left / 2 / bytes_per_connection);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(window, 1, window_ceiling));
}

}  // namespace atonce
