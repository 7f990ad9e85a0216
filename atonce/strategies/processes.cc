// processes: a pool of forked workers, each blocking. All workers read targets from one packet socket, so the next free
// one takes the next target; each has a socket of its own for outcomes, whose end tells the foreman that the worker has
// ended.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "atonce/runtime/engine.h"
#include "atonce/strategies/strategy.h"
#include "atonce/strategies/wire.h"

namespace atonce {
namespace {

// A target or an outcome in one packet: the longest line that is a target, with its columns, and room for the rest.
constexpr std::size_t packet_bytes_max = 192 * 1'024;
constexpr std::uint32_t processes_max = 1'024;
// Where no further process can be had, some go again: this one has threads of its own to start.
constexpr unsigned workers_spared = 4;
// The end of a worker's socket.
constexpr std::uint64_t descriptors_of_worker = 1;
// The first byte of a worker's packet: the outcome settles its target, or it is being tried again.
constexpr char packet_done = 'd';
constexpr char packet_tried = 't';

[[noreturn]] void fail_with_errno(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

std::array<int, 2> packet_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
    fail_with_errno("making a socket pair for a worker");
  const int bytes = packet_bytes_max * 2;
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  return ends;
}

/// Closes all descriptors but the standard ones and these two: a worker that outlives its parent by a moment must not
/// hold on to the lock of a run folder, or to the other end of somebody's pipe. Source: close_range(2).
void keep_only(int one, int other) {
  const auto low = static_cast<unsigned>(std::min(one, other)), high = static_cast<unsigned>(std::max(one, other));
  if (low > 3) close_range(3, low - 1, 0);
  if (high > low + 1) close_range(low + 1, high - 1, 0);
  close_range(high + 1, ~0U, 0);
}

/// What a worker has in hand, in memory shared with the foreman: the target's index plus one, or 0.
class InHand {
 public:
  explicit InHand(std::size_t workers) : bytes_(workers * sizeof(std::atomic<std::uint64_t>)) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    slots_ = new (memory) std::atomic<std::uint64_t>[workers]();
  }
  ~InHand() { munmap(slots_, bytes_); }
  InHand(const InHand&) = delete;
  std::atomic<std::uint64_t>& operator[](std::size_t worker) { return slots_[worker]; }

 private:
  std::size_t bytes_;
  std::atomic<std::uint64_t>* slots_;
};

/// The worker's side: targets come in packets, outcomes go out in packets.
class WorkerEnds final : public TargetSource, public Handover {
 public:
  WorkerEnds(int targets, int outcomes, std::atomic<std::uint64_t>& in_hand)
      : targets_(targets), outcomes_(outcomes), in_hand_(in_hand), packet_(packet_bytes_max, '\0') {}

  std::size_t claim(std::span<Target> out) override {
    ssize_t got = 0;
    do got = recv(targets_, packet_.data(), packet_.size(), 0);
    while (got < 0 && errno == EINTR);
    std::string_view bytes(packet_.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    std::optional<Target> target = read_target(bytes);
    ended_ = !target;
    if (ended_) return 0;
    in_hand_ = target->index + 1;
    out[0] = std::move(*target);
    return 1;
  }
  bool ended() const override { return ended_; }

  void put(Batch& batch) override {
    for (const Outcome& outcome : batch.tried) tell(packet_tried, outcome);
    for (const Outcome& outcome : batch.outcomes) {
      tell(packet_done, outcome);
      in_hand_ = outcome.target.members > 1 ? outcome.target.index + 2 : 0;
    }
    batch.outcomes.clear();
    batch.tried.clear();
    batch.started.clear();
  }
  std::size_t backlog() const override { return 0; }
  std::size_t batch_size() const override { return 1; }

 private:
  void tell(char kind, const Outcome& outcome) {
    bytes_.assign(1, kind);
    write_outcome(outcome, bytes_);
    while (send(outcomes_, bytes_.data(), bytes_.size(), MSG_NOSIGNAL) < 0)
      if (errno != EINTR) _exit(1);  // The foreman is gone; there is nobody left to tell.
  }

  int targets_;
  int outcomes_;
  std::atomic<std::uint64_t>& in_hand_;
  std::string packet_;
  std::string bytes_;
  bool ended_ = false;
};

struct Worker {
  pid_t pid = -1;
  int outcomes = -1;
};

class ProcessCrew final : public Crew {
 public:
  ProcessCrew(Sweep& sweep, Outbox& outbox, std::uint32_t count) : sweep_(sweep), outbox_(outbox), in_hand_(count) {
    const std::array<int, 2> work = packet_pair();
    hire_all(count, work);
    close(work[1]);
    targets_ = work[0];
    fcntl(targets_, F_SETFL, O_NONBLOCK);
    foreman_ = start_threads(1, outbox_, sweep_.control, [this](unsigned) { lead(); });
  }

  ~ProcessCrew() override { foreman_.reset(); }
  void join() override { foreman_->join(); }
  unsigned workers() const override { return static_cast<unsigned>(workers_.size()); }

 private:
  /// As many as there is room for.
  void hire_all(std::uint32_t count, const std::array<int, 2>& work) {
    try {
      for (std::uint32_t i = 0; i < count; ++i) hire(i, work);
    } catch (const std::system_error&) {
      if (workers_.empty()) throw;
      for (unsigned i = 0; i < workers_spared && workers_.size() > 1; ++i) dismiss_last();
    }
  }

  /// One that has nothing in hand yet.
  void dismiss_last() {
    const Worker worker = workers_.back();
    workers_.pop_back();
    close(worker.outcomes);
    kill(worker.pid, SIGKILL);
    waitpid(worker.pid, nullptr, 0);
  }

  void hire(std::uint32_t number, const std::array<int, 2>& work) {
    const std::array<int, 2> results = packet_pair();
    const pid_t pid = fork();
    if (pid < 0) {
      const int error = errno;
      for (const int end : results) close(end);
      errno = error;
      fail_with_errno("forking a worker; fewer workers may fit: --strategy processes:N");
    }
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      // What ends the run comes to all processes of the terminal; the parent counts it, and tells the workers.
      for (const int ending : {SIGINT, SIGTERM, SIGHUP}) signal(ending, SIG_IGN);
      keep_only(work[1], results[1]);
      sweep_.setting.neighbourhoods.become_worker(number);
      work_until_the_end(WorkerEnds(work[1], results[1], in_hand_[number]));
    }
    close(results[1]);
    workers_.push_back({pid, results[0]});
  }

  [[noreturn]] void work_until_the_end(WorkerEnds ends) {
    int code = 0;
    try {
      const std::unique_ptr<Io> io = make_blocking_io(sweep_.faults);
      Sweep mine{sweep_.setting,           sweep_.job,   ends, ends, sweep_.control, false,
                 sweep_.confirms_in_place, sweep_.faults};
      run_sweep(*io, mine, 1);
    } catch (const std::exception&) {
      code = 1;
    }
    _exit(code);
  }

  /// Feeds the workers and collects from them until the last has ended.
  void lead() {
    std::size_t working = workers_.size();
    std::vector<pollfd> polled;
    while (working > 0) {
      refill();
      polled.assign(1, {targets_, static_cast<short>(packet_.empty() ? 0 : POLLOUT), 0});
      for (const Worker& worker : workers_) polled.push_back({worker.outcomes, POLLIN, 0});
      const bool waits_for_source = packet_.empty() && !all_sent_;
      if (poll(polled.data(), polled.size(), waits_for_source ? 2 : 100) < 0 && errno != EINTR)
        fail_with_errno("waiting for workers");
      if (polled[0].revents & POLLOUT) hand_out();
      for (std::size_t i = 0; i < workers_.size(); ++i)
        if (workers_[i].outcomes >= 0 && polled[i + 1].revents != 0 && !collect(i)) --working;
      outbox_.put(batch_);
    }
    settle();
  }

  void refill() {
    if (!packet_.empty() || all_sent_) return;
    Target target;
    const bool stopping = sweep_.control.stopping();
    if (!stopping && outbox_.backlog() < backlog_max && sweep_.source.claim({&target, 1}) == 1) {
      write_target(target, packet_);
      if (sweep_.wants_starts) batch_.started.push_back(target);
      handed_out_.emplace(target.index, std::move(target));
    } else if (stopping || sweep_.source.ended()) {
      all_sent_ = true;
      shutdown(targets_, SHUT_WR);
    }
  }

  void hand_out() {
    while (!packet_.empty()) {
      if (send(targets_, packet_.data(), packet_.size(), MSG_NOSIGNAL) < 0) return;  // Full; poll tells when it is not.
      packet_.clear();
      refill();
    }
  }

  /// Takes what a worker has; false when it has ended.
  bool collect(std::size_t number) {
    Worker& worker = workers_[number];
    const ssize_t got = recv(worker.outcomes, buffer_.data(), buffer_.size(), 0);
    if (got > 0) {
      std::string_view bytes(buffer_.data() + 1, static_cast<std::size_t>(got) - 1);
      std::optional<Outcome> outcome = read_outcome(bytes);
      if (outcome && buffer_.front() == packet_tried) {
        batch_.tried.push_back(std::move(*outcome));
      } else if (outcome) {
        const Target& done = outcome->target;
        handed_out_.erase(done.index);
        if (done.members > 1) handed_out_.emplace(done.index + 1, next_member(done));
        batch_.outcomes.push_back(std::move(*outcome));
      }
      return true;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    close(std::exchange(worker.outcomes, -1));
    int status = 0;
    waitpid(worker.pid, &status, 0);
    sweep_.setting.neighbourhoods.worker_died(static_cast<std::uint32_t>(number));
    if (const std::uint64_t index = in_hand_[number]) lose(index - 1);
    return false;
  }

  /// The worker that had this target died with it.
  void lose(std::uint64_t index) {
    const auto found = handed_out_.find(index);
    if (found == handed_out_.end()) return;
    const Verdict verdict = may_have_been_sent(found->second) ? Verdict::unknown_outcome : Verdict::local_error;
    give_up(std::move(found->second), {.verdict = verdict, .error = EOWNERDEAD, .tries = 1});
    handed_out_.erase(found);
  }

  /// What it had begun, and must not be begun again.
  bool may_have_been_sent(const Target& target) const {
    const JobRow& job = sweep_.job;
    return target.batch != 0 || (job.may_repeat != nullptr && !job.may_repeat(sweep_.setting.plan));
  }

  /// The target and those behind it in its batch.
  void give_up(Target target, Outcome as) {
    for (bool more = true; more;) {
      more = target.members > 1;
      as.target = target;
      if (as.verdict == Verdict::unknown_outcome || as.verdict == Verdict::skipped) tell_of_request(as);
      batch_.outcomes.push_back(as);
      if (as.verdict != Verdict::unfinished) as = {.verdict = Verdict::skipped};
      if (more) target = next_member(std::move(target));
    }
  }

  static void tell_of_request(Outcome& outcome) {
    Exchange& exchange = outcome.exchange.emplace();
    exchange.sent = true;
    if (outcome.verdict == Verdict::unknown_outcome) exchange.detail = "the worker process that had it died";
    if (outcome.target.batch != 0 && outcome.target.members == 1) exchange.batch_end = BatchEnd::failed;
  }

  /// Nobody is left to do what nobody has done.
  void settle() {
    close(targets_);
    for (auto& [index, target] : handed_out_) give_up(std::move(target), {.verdict = Verdict::unfinished});
    outbox_.put(batch_);
    if (!sweep_.control.stopping() && (!handed_out_.empty() || !sweep_.source.ended()))
      throw std::runtime_error("every worker process died before the list was done");
  }

  Sweep& sweep_;
  Outbox& outbox_;
  InHand in_hand_;
  std::vector<Worker> workers_;
  int targets_ = -1;
  std::string packet_;  ///< the next target as bytes; empty when there is none
  bool all_sent_ = false;
  std::map<std::uint64_t, Target> handed_out_;
  std::string buffer_ = std::string(packet_bytes_max, '\0');
  Batch batch_;
  std::unique_ptr<Crew> foreman_;
};

}  // namespace

Parsed<Staffing> plan_processes(const Plan&, const StrategyChoice& choice) {
  const std::uint32_t count = choice.count.value_or(find_strategy("processes")->count_default);
  if (count == 0 || count > processes_max) return complain("processes:N takes 1 to 1024 workers");
  Staffing staffing{.workers = count, .window = count, .engine = "blocking", .notes = {}};
  narrow_by_descriptors(staffing, descriptors_of_worker);
  return staffing;
}

std::unique_ptr<Crew> start_processes(Sweep& sweep, Outbox& outbox, const Staffing& staffing) {
  return std::make_unique<ProcessCrew>(sweep, outbox, staffing.workers);
}

}  // namespace atonce
