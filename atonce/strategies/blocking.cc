// sequential and threads: blocking calls, one job in flight on each thread.

#include <system_error>

#include "atonce/runtime/engine.h"
#include "atonce/strategies/strategy.h"

namespace atonce {
namespace {

// Its engine's wake-up, a socket to the resolver and one to a host; or two, where they race or an answer is long.
constexpr std::uint64_t descriptors_of_thread = 4;

/// Null where there is no room for it, though others have theirs.
std::unique_ptr<Io> make_io_of(unsigned worker, const FaultPlan& faults) try {
  return make_blocking_io(faults);
} catch (const std::system_error&) {
  if (worker == 0) throw;
  return nullptr;
}

}  // namespace

Parsed<Staffing> plan_sequential(const Plan&, const StrategyChoice& choice) {
  if (choice.count && *choice.count != 1) return complain("sequential runs one job after another; it takes no number");
  return Staffing{.workers = 1, .window = 1, .engine = "blocking"};
}

Parsed<Staffing> plan_threads(const Plan&, const StrategyChoice& choice) {
  const std::uint32_t count = choice.count.value_or(find_strategy("threads")->count_default);
  // Each thread has a stack and a few descriptors of its own.
  constexpr std::uint32_t threads_max = 4'096;
  if (count == 0 || count > threads_max) return complain("threads:N takes 1 to 4096 threads");
  Staffing staffing{.workers = count, .window = count, .engine = "blocking", .notes = {}};
  narrow_by_descriptors(staffing, descriptors_of_thread);
  return staffing;
}

std::unique_ptr<Crew> start_blocking_threads(Sweep& sweep, Outbox& outbox, const Staffing& staffing) {
  return start_threads(staffing.workers, outbox, sweep.control, [&sweep](unsigned worker) {
    if (const std::unique_ptr<Io> io = make_io_of(worker, sweep.faults)) run_sweep(*io, sweep, 1);
  });
}

}  // namespace atonce
