#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atonce {

/// How io_uring_setup(2) answers on this machine.
struct RingFacts {
  int error =
      0;  ///< 0: rings work; ENOSYS: not in this kernel; EPERM or EACCES: forbidden (seccomp, io_uring_disabled)
  bool single_issuer_defer_taskrun =
      false;                   ///< since Linux 6.1: completions are run where and when the loop asks for them
  std::uint32_t features = 0;  ///< IORING_FEAT_* bits
};

/// The limits of this machine that bound a run, as read; empty where the file or limit does not exist.
struct MachineFacts {
  std::string kernel;  ///< release, as "6.12.0"
  std::uint32_t processors = 1;
  std::uint64_t descriptors_soft = 0;
  std::uint64_t descriptors_hard = 0;
  std::optional<std::uint64_t> descriptors_system;   ///< fs.nr_open: the most any process may ask for
  std::optional<std::uint64_t> port_low, port_high;  ///< ip_local_port_range
  RingFacts ring;
  std::optional<std::uint64_t> netdev_backlog, accept_queue,
      receive_buffer_max;  ///< netdev_max_backlog, somaxconn, rmem_max (bytes)
  std::optional<std::uint64_t> syn_retries, syn_linear_timeouts;
  std::optional<std::uint64_t> memory_available;  ///< bytes, MemAvailable
  std::optional<std::uint64_t> memory_limit;      ///< bytes, of the cgroup; empty: none
  std::optional<std::uint64_t> memory_used;       ///< bytes, of the cgroup
  std::optional<std::uint64_t> processes_soft;    ///< RLIMIT_NPROC; empty: no limit
  std::optional<std::uint64_t> processes_cgroup;  ///< pids.max; empty: no limit
  bool user_network_namespace = false;            ///< an unprivileged user and network namespace can be made
  bool tun = false;                               ///< /dev/net/tun can be opened
  bool ipv6_route = false;                        ///< some route leads beyond this machine
  bool ipv4_route = false;
  std::vector<std::string> resolvers;  ///< nameserver lines of /etc/resolv.conf
};

/// Asks the kernel. Changes nothing. Source: getrlimit(2), io_uring_setup(2), proc(5), cgroups(7), ip-sysctl of the
/// kernel's documentation.
/// `user_network_namespace` and `tun` are not asked for.
MachineFacts read_machine_facts();

/// Those two, which only a simulated world needs: a child process tries the namespaces and ends at once, which takes as
/// long as a small run. Source: namespaces(7).
void read_world_facts(MachineFacts& facts);

/// Bytes that this process may still use: the smaller of what the machine and the cgroup have left; empty when neither
/// says.
std::optional<std::uint64_t> memory_left(const MachineFacts& facts);

/// Raises the soft limit of descriptors to the hard one, which every process may. Returns the limit that now holds.
std::uint64_t raise_descriptor_limit();

/// Where the address space of this process is limited, has its further threads take little of it: small stacks, and one
/// heap for all. By default each thread may reserve 8 MiB for its stack and 64 MiB for a heap of its own. Source:
/// getrlimit(2), mallopt(3), pthread_setattr_default_np(3).
void spare_address_space();

/// How many jobs can be in flight in one process, once `raise_descriptor_limit` has been called: by descriptors less a
/// reserve for files, pipes, resolvers and the witness (`ring`: each of up to `rings_max` rings has a table of sockets
/// of its own, under the same limit), and by half of the memory left. At least 1, at most `window_ceiling`; a caller's
/// default stays far below.
std::uint32_t largest_window(const MachineFacts& facts, bool ring);

inline constexpr std::uint32_t window_ceiling = 10'000'000;
/// A connection in flight: about 5.5 KB of kernel memory for the socket and its SYN, and our frame.
inline constexpr std::uint64_t bytes_per_connection = 8 * 1024;
/// Two loops with a resolver's 16 sockets each, and theirs; the witness, with its canaries in flight; the list, the run
/// folder, what is set aside for later laps, and the standard streams. Where that were most of a small limit, half of
/// it is reserved; what is short then is waited for.
inline constexpr std::uint64_t descriptors_reserved = 96;
/// Rings in one process at most: each is a thread and some memory, and a window of 64 tables is wider than any path
/// carries.
inline constexpr std::uint32_t rings_max = 64;

}  // namespace atonce
