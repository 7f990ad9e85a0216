#include "atonce/runtime/ring.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

namespace atonce {
namespace {

// Newer than some headers; the kernel refuses what it does not know, and then the next set is tried.
constexpr unsigned setup_coop_taskrun = 1U << 8;
constexpr unsigned setup_taskrun_flag = 1U << 9;
constexpr unsigned setup_submit_all = 1U << 7;
constexpr unsigned setup_single_issuer = 1U << 12;
constexpr unsigned setup_defer_taskrun = 1U << 13;
constexpr unsigned sq_taskrun = 1U << 2;

constexpr unsigned setup_always = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;

// The first is the best one known (Linux 6.1); the others only cost interrupts.
constexpr std::array setups{
    setup_always | setup_submit_all | setup_taskrun_flag | setup_single_issuer | setup_defer_taskrun,
    setup_always | setup_submit_all | setup_taskrun_flag | setup_coop_taskrun,
    setup_always,
};

// A turn rarely starts more; when it does, the rest is submitted by a further system call.
constexpr unsigned submissions = 1'024;
constexpr unsigned completions_max = 65'536;

std::string why_not(int code) {
  switch (code) {
    case ENOSYS: return "this kernel has no io_uring";
    case EPERM:
    case EACCES:
      return "io_uring is forbidden here (by a container's seccomp profile, or by the sysctl kernel.io_uring_disabled)";
    case ENOMEM: return "there is not enough memory for an io_uring (before Linux 5.12, see also ulimit -l)";
    case EMFILE:
    case ENFILE: return "no descriptor is left for an io_uring (see ulimit -n)";
    default: return std::string("the kernel refuses an io_uring: ") + ::strerror(code);
  }
}

Instant::duration clamped(Instant until, Instant now) {
  constexpr Duration longest = std::chrono::hours(24 * 365);
  return std::clamp(until - now, Duration{}, longest);
}

}  // namespace

Ring::~Ring() {
  if (open_) io_uring_queue_exit(&ring_);
}

int Ring::set_up(std::uint32_t slots) {
  const unsigned completions = std::bit_ceil(std::clamp(2 * slots, 4 * submissions, completions_max));
  int error = EINVAL;
  for (const unsigned flags : setups) {
    io_uring_params parameters{};
    parameters.flags = flags;
    parameters.cq_entries = completions;
    error = -io_uring_queue_init_params(submissions, &ring_, &parameters);
    if (error == EINVAL) continue;
    open_ = error == 0;
    tells_of_work_ = (flags & setup_taskrun_flag) != 0;
    break;
  }
  return error;
}

Parsed<void> Ring::open(std::uint32_t slots) {
  const int error = set_up(slots);
  if (error != 0) return complain(why_not(error));
  io_uring_probe* const probe = io_uring_get_probe_ring(&ring_);
  const bool makes_sockets = probe != nullptr && io_uring_opcode_supported(probe, IORING_OP_SOCKET) != 0;
  io_uring_free_probe(probe);
  if (!makes_sockets) return complain("this kernel's io_uring cannot make sockets (Linux 5.19 can)");
  // Saves a look-up of the descriptor in each call; the ring works without it.
  io_uring_register_ring_fd(&ring_);
  return register_slots(slots);
}

Parsed<void> Ring::register_slots(std::uint32_t slots) {
  // The table of each ring, by itself, is bounded by the limit of descriptors: io_uring_register_files(3).
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  slots_ = static_cast<std::uint32_t>(std::clamp<rlim_t>(slots, 1, std::max<rlim_t>(descriptors.rlim_cur, 1)));
  int error = -io_uring_register_files_sparse(&ring_, slots_);
  for (; (error == EMFILE || error == ENOMEM) && slots_ > 1; error = -io_uring_register_files_sparse(&ring_, slots_))
    slots_ /= 2;
  if (error != 0) return complain(std::string("the kernel refuses a ring its table of sockets: ") + ::strerror(error));
  return {};
}

bool Ring::make_room(unsigned count) {
  if (io_uring_sq_space_left(&ring_) >= count) [[likely]]
    return true;
  io_uring_submit(&ring_);
  return io_uring_sq_space_left(&ring_) >= count;
}

void Ring::submit_and_wait(Instant until, Instant now) {
  io_uring_cqe* first = nullptr;
  if (until == never) {
    io_uring_submit_and_wait_timeout(&ring_, &first, 1, nullptr, nullptr);
    return;
  }
  const Duration left = clamped(until, now);
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  __kernel_timespec timeout{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
  io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
}

void Ring::submit_and_collect() { io_uring_submit_and_get_events(&ring_); }

bool Ring::holds_back() const {
  const unsigned flags = __atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED);
  return (flags & (sq_taskrun | IORING_SQ_CQ_OVERFLOW)) != 0;
}

}  // namespace atonce
