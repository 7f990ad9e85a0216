#include "atonce/strategies/overlap.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "atonce/runtime/engine.h"
#include "atonce/runtime/scope.h"
#include "atonce/strategies/overlap_desk.h"

namespace atonce {
namespace {

/// One after the other, each alone on an engine that waits inside it. It looks after nothing else, so nothing is
/// sliced.
void work_blocking(OverlapDesk& desk) {
  const std::unique_ptr<Io> io = make_blocking_io(desk.faults());
  io->set_slice(std::chrono::hours(24 * 365));
  while (const std::optional<OverlapItem> item = desk.claim()) io->run(desk.run(*io, {&*item, 1}));
}

std::unique_ptr<Io> make_loop(const OverlapDesk& desk) {
  if (!desk.on_ring) return make_epoll_io(desk.faults());
  // A few slots are still closing while new ones open.
  auto ring = make_ring_io({.slots = desk.window + desk.window / 8 + 64}, desk.faults());
  if (!ring) throw std::runtime_error(ring.error().text);
  return std::move(*ring);
}

/// Every `loops`th question and part, all of them in flight together.
void work_on_loop(OverlapDesk& desk, unsigned loop, unsigned loops) {
  const std::unique_ptr<Io> io = make_loop(desk);
  io->set_slice(desk.slice);
  std::vector<OverlapItem> mine;
  for (const OverlapItem item : desk.items())
    if (item.number % loops == loop) mine.push_back(item);
  io->run(desk.run(*io, mine));
  desk.note_lateness(io->take_lateness());
}

/// Runs `work(0)` to `work(count - 1)`, each on a thread of its own, one of them this one. Where no further thread can
/// be had, this thread does what is left.
template <class Work>
void on_threads(unsigned count, Work work) {
  std::mutex mutex;
  std::exception_ptr thrown;
  const auto guarded = [&](unsigned number) {
    try {
      work(number);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(count);
  unsigned started = 1;
  try {
    for (; started < count; ++started) threads.emplace_back(guarded, started);
  } catch (const std::system_error&) {
  }
  guarded(0);
  for (unsigned left = started; left < count; ++left) guarded(left);
  for (std::thread& thread : threads) thread.join();
  if (thrown) std::rethrow_exception(thrown);
}

void run_sequential(OverlapDesk& desk) { work_blocking(desk); }

void run_threads(OverlapDesk& desk) {
  desk.set_order(OverlapDesk::Order::in_turns);
  on_threads(desk.workers, [&](unsigned) { work_blocking(desk); });
}

void run_async(OverlapDesk& desk) {
  on_threads(desk.workers, [&](unsigned loop) { work_on_loop(desk, loop, desk.workers); });
}

[[noreturn]] void be_worker(OverlapDesk& desk) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What ends the run comes to all processes of the terminal; the parent counts it, and tells the workers.
  for (const int ending : {SIGINT, SIGTERM, SIGHUP}) signal(ending, SIG_IGN);
  try {
    work_blocking(desk);
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

/// What nobody has finished had a worker that died, or none was left for it.
void mark_lost(OverlapDesk& desk) {
  for (AskedNumber& asked : desk.asks())
    if (asked.finished == Instant{}) asked.end = AskEnd::worker_died;
  for (ComputedPart& part : desk.parts())
    if (part.finished == Instant{}) part.worker_died = true;
}

void run_processes(OverlapDesk& desk) {
  desk.set_order(OverlapDesk::Order::in_turns);
  std::vector<pid_t> workers;
  for (unsigned i = 0; i < desk.workers; ++i) {
    const pid_t pid = fork();
    if (pid == 0) be_worker(desk);
    if (pid < 0 && workers.empty()) throw std::system_error(errno, std::generic_category(), "forking a worker");
    if (pid < 0) break;  // Those that run are enough.
    workers.push_back(pid);
  }
  desk.workers = static_cast<std::uint32_t>(workers.size());
  bool all_well = true;
  for (const pid_t pid : workers) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    all_well &= status == 0;
  }
  if (!all_well) mark_lost(desk);
}

constexpr std::array ways{
    OverlapWay{"sequential", "asks, waits, then computes", run_sequential},
    OverlapWay{"processes", "forked workers, each asks or computes", run_processes},
    OverlapWay{"threads", "threads, each asks or computes", run_threads},
    OverlapWay{"async", "computes in time slices, and looks after the sockets between them", run_async},
};

std::int64_t unix_now_ns() {
  return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// No more than there is to do.
std::uint32_t workers_of(const Staffing& staffing, const OverlapOptions& options, bool async) {
  const std::uint32_t useful = async ? options.parts : options.asks + options.parts;
  return std::clamp(staffing.workers, 1u, std::max(1u, useful));
}

}  // namespace

std::span<const OverlapWay> all_overlap_ways() { return ways; }

Parsed<OverlapRun> run_overlap(const Plan& plan, const StrategyChoice& choice, const Staffing& staffing,
                               const std::vector<Endpoint>& servers, Control& control, const WatchOverlap& watch) {
  const OverlapOptions& options = plan.overlap;
  std::vector<std::unique_ptr<Work>> works;
  for (std::uint32_t part = 0; part < options.parts; ++part) {
    auto work = begin_work(options.work, plan.seed, part, options.parts);
    if (!work) return std::unexpected(work.error());
    works.push_back(std::move(*work));
  }
  const Parsed<IoFaults> faults = parse_io_faults(plan.fault);
  if (!faults) return std::unexpected(faults.error());
  const auto way = std::ranges::find(ways, choice.name, &OverlapWay::strategy);
  const bool async = choice.name == "async";

  OverlapRun run{.strategy = choice.name, .engine = staffing.engine, .work = options.work, .server = options.server};
  run.slice = async ? options.slice : Duration{};
  run.seed = plan.seed;
  run.began_unix_ns = unix_now_ns();
  run.began = std::chrono::steady_clock::now();
  OverlapDesk desk(options.asks, std::move(works),
                   {.servers = servers,
                    .connect_timeout = plan.probe.connect_timeout,
                    .timeout = options.timeout,
                    .began = run.began,
                    .stop = control.stop,
                    .watch = watch},
                   faults->plan);
  desk.workers = workers_of(staffing, options, async);
  desk.window = std::max(1u, staffing.window / std::max(1u, staffing.workers));
  desk.slice = options.slice;
  desk.on_ring = staffing.engine == "ring";
  way->run(desk);
  run.ended = std::chrono::steady_clock::now();
  run.workers = desk.workers;
  if (choice.count && !async) run.strategy = fmt::format("{}:{}", choice.name, *choice.count);
  run.asks.assign(desk.asks().begin(), desk.asks().end());
  run.parts.assign(desk.parts().begin(), desk.parts().end());
  run.lateness_max = desk.lateness_max();
  run.interrupted = control.stopping();
  return run;
}

}  // namespace atonce
