// async: event loops, one a core, with many jobs in flight on each.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "atonce/runtime/engine.h"
#include "atonce/runtime/machine.h"
#include "atonce/strategies/strategy.h"

namespace atonce {
namespace {

// A job's own default is wide enough that silence costs little, narrow enough for any machine: 20,000 connects in
// flight are some 120 MB of kernel memory. The ring, which is slower here, is taken by default only where epoll has no
// room for half of that.
constexpr std::uint32_t window_enough = 10'000;
// A loop's own: the ring, its wake-up, and the resolver's sockets.
constexpr std::uint32_t descriptors_of_loop = 32;

std::uint32_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

/// The smallest part of `total` that `parts` workers can share, each at least 1.
std::uint32_t share_of(std::uint32_t total, std::uint32_t parts, std::uint32_t part) {
  return std::max<std::uint32_t>(1, total / parts + (part < total % parts ? 1 : 0));
}

/// Why there can be no ring here; empty when there can.
std::string ring_blocked() {
  const auto ring = make_ring_io({.slots = 8});
  return ring ? std::string() : ring.error().text;
}

/// Where nobody says how many.
std::uint32_t window_for(const Plan& plan, std::uint32_t by_epoll) {
  const JobRow* job = find_job(plan.job);
  const std::uint32_t most = job != nullptr ? job->window_default : window_enough;
  return std::clamp(by_epoll, std::min(window_enough, most), most);
}

std::unique_ptr<Io> make_loop(const Staffing& staffing, std::uint32_t window, const FaultPlan& faults) {
  if (staffing.engine != "ring") return make_epoll_io(faults);
  // A few slots are still closing while new ones open.
  auto ring = make_ring_io({.slots = window + window / 8 + 64}, faults);
  if (!ring) throw std::runtime_error(ring.error().text);
  return std::move(*ring);
}

}  // namespace

Parsed<Staffing> plan_async(const Plan& plan, const StrategyChoice& choice) {
  const auto descriptors = static_cast<std::uint32_t>(raise_descriptor_limit());
  const MachineFacts machine = read_machine_facts();
  const std::optional<std::uint32_t> asked = choice.count ? choice.count : plan.pacing.window;
  const std::uint32_t by_epoll = largest_window(machine, false);
  const std::uint32_t wanted = asked.value_or(window_for(plan, by_epoll));

  Staffing staffing{.workers = plan.loops.value_or(cores()), .engine = "epoll"};
  bool ring = plan.engine == EngineChoice::ring || (plan.engine == EngineChoice::automatic && wanted > by_epoll);
  if (ring) {
    if (const std::string blocked = ring_blocked(); !blocked.empty()) {
      staffing.notes.push_back(fmt::format("{}; running on epoll", blocked));
      ring = false;
    }
  }
  staffing.window = std::max<std::uint32_t>(1, std::min(wanted, largest_window(machine, ring)));
  if (ring) {
    staffing.engine = "ring";
    // Each ring has a table of its own, as large as the descriptor limit; an eighth is for slots that are still
    // closing. Its resolver and its own descriptors come out of the process's.
    const std::uint32_t per_ring = std::max<std::uint32_t>(1, descriptors - descriptors / 8);
    const std::uint32_t rings = std::clamp(descriptors / descriptors_of_loop, 1u, rings_max);
    staffing.window = std::min(staffing.window, rings * per_ring);
    staffing.workers =
        std::clamp((staffing.window + per_ring - 1) / per_ring, std::min(staffing.workers, rings), rings);
  }
  if (asked && staffing.window < *asked)
    staffing.notes.push_back(
        fmt::format("{} in flight is more than this machine allows; going on with {} (see: atonce doctor)", *asked,
                    staffing.window));
  staffing.workers = std::min(staffing.workers, staffing.window);
  return staffing;
}

std::unique_ptr<Crew> start_async(Sweep& sweep, Outbox& outbox, const Staffing& staffing) {
  return start_threads(staffing.workers, outbox, sweep.control, [&sweep, staffing](unsigned worker) {
    const std::uint32_t window = share_of(staffing.window, staffing.workers, worker);
    const std::unique_ptr<Io> io = make_loop(staffing, window, sweep.faults);
    run_sweep(*io, sweep, window);
  });
}

}  // namespace atonce
