#pragma once

#include <cerrno>
#include <coroutine>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/result.h"
#include "atonce/runtime/operations.h"
#include "atonce/runtime/timer_wheel.h"

namespace atonce {

template <class T>
class Task;

/// Everything a program may ask of the outside world, and the loop that waits for the answers. It is passed explicitly:
/// a function without an `Io&` does no I/O. Engines: RingIo, EpollIo, BlockingIo, SimIo; one contract suite
/// (io_contract_test.cc) holds them all.
///
/// Contract: an operation completes exactly once; its result is the kernel's; short reads and writes are legal; after
/// `cancel` it still completes, with whatever really happened or ECANCELED. One thread uses an Io; only `wake` may be
/// called from another.
class Io {
 public:
  explicit Io(Instant start);
  virtual ~Io();
  Io(const Io&) = delete;
  Io& operator=(const Io&) = delete;

  virtual std::string_view name() const = 0;

  /// The monotonic clock; virtual in a simulation.
  virtual Instant now() const = 0;
  /// 64 random bits: ids, jitter, seeds.
  virtual std::uint64_t random() = 0;

  /// Starts an operation. True when it completed at once, with `result` set; else its waiter is scheduled when it
  /// completes.
  virtual bool start(Operation& operation) = 0;
  /// Asks a started operation to end soon. It still completes, once.
  virtual void cancel(Operation& operation) = 0;

  /// Listens on `at` (port 0: any). Errors: EADDRINUSE, EACCES, EMFILE, ... Source: bind(2), listen(2).
  virtual Result<Handle> listen(const Endpoint& at, int backlog) = 0;
  /// A UDP socket that only talks to `peer`. Errors: EMFILE, ENETUNREACH, ... Source: udp(7), connect(2).
  virtual Result<Handle> open_datagram(const Endpoint& peer) = 0;
  /// A UDP socket bound to `at`. Errors: EADDRINUSE, EMFILE, ...
  virtual Result<Handle> bind_datagram(const Endpoint& at) = 0;
  /// Where a listener or bound socket is. The endpoint of port 0 becomes known here.
  virtual Result<Endpoint> local_endpoint(Handle handle) = 0;
  /// Who is at the other end of a connection. Errors: ENOTCONN; EOPNOTSUPP where the engine cannot tell. Source:
  /// getpeername(2).
  virtual Result<Endpoint> remote_endpoint(Handle handle) = 0;
  /// Takes over a listening socket that somebody else opened, and owns it from then on. EOPNOTSUPP in a simulation.
  virtual Result<Handle> adopt_listener(int) { return std::unexpected(Error{EOPNOTSUPP}); }
  /// Ends the sending side of a stream (FIN). Source: shutdown(2).
  virtual void finish_sending(Handle handle) = 0;
  /// Small pieces go out at once, and do not wait for the acknowledgement of earlier ones; where the engine can.
  /// Source: tcp(7) on TCP_NODELAY.
  virtual void send_at_once(Handle) {}
  /// Closes; nothing may be in flight on the handle. Does not wait.
  virtual void close(Handle handle) = 0;
  /// Closes a connection that carried nothing: with RST where the engine can, so that neither side keeps it in
  /// TIME_WAIT, else in order. Does not wait.
  virtual void reset(Handle handle, Family) { close(handle); }
  /// Closes a connection with RST whatever it carried, and throws away what was not sent yet; in order where the engine
  /// cannot. Does not wait. Source: socket(7) SO_LINGER.
  virtual void break_off(Handle handle) { close(handle); }

  /// Ends the current or the next wait early. The only member that another thread (or a signal handler) may call.
  virtual void wake() = 0;

  /// Runs a task, and all that it starts, to its end. Rethrows what it throws.
  template <class T>
  T run(Task<T> task);

  /// Puts a suspended coroutine at the end of the ready queue.
  void schedule(std::coroutine_handle<> waiter) { ready_.push_back(waiter); }
  /// The same for one that gives way: what has come from outside meanwhile goes first.
  void give_way(std::coroutine_handle<> waiter) {
    way_given_ = true;
    schedule(waiter);
  }
  /// The same behind all that the next look at the outside world finds: for who computes, and can wait.
  void schedule_behind(std::coroutine_handle<> waiter) { patient_.push_back(waiter); }

  TimerWheel& timers() { return timers_; }

  /// How long the loop was late, added up over its life; what is within the tolerance of a deadline does not count.
  Duration lateness_total() const { return lateness_total_; }

  /// How long the loop was late at most, since the last call: the longest time a due timer waited for its turn.
  Duration take_lateness() { return std::exchange(lateness_max_, Duration{}); }

  /// How long, at most, what runs now was there before the loop looked: the time since the look before; zero where the
  /// loop waited for it.
  Duration unseen_for() const { return unseen_for_; }

  /// True once the current time slice is used up; see yield_if_due.
  bool slice_over() const { return now() >= slice_end_; }
  void set_slice(Duration slice) { slice_ = slice; }
  Duration slice() const { return slice_; }

  /// An operation that completes at once does not suspend its coroutine; after so many in one turn it does, so that
  /// nobody starves.
  bool spend_budget() { return budget_-- > 0; }

 protected:
  /// Reaps completions, waiting for the first until `until` at most; returns only when no further one can be had
  /// without waiting.
  virtual void wait(Instant until) = 0;

  /// For engines: `operation` is done. Unlinks it from its scope and schedules its waiter.
  void complete(Operation& operation, std::int32_t result);
  /// For a fault layer: takes the completion of an operation that it watches, to tell it later. See Faulty.
  virtual void complete_watched(Operation& operation, std::int32_t result);

  /// The order in which ready coroutines run: first come first served; a simulation shuffles.
  virtual void arrange(std::vector<std::coroutine_handle<>>&) {}

  /// One round: reap, waiting when nothing is ready; fire the timers that are due; run what is ready. What became ready
  /// through others here runs without a look outside, a few rounds long: a look costs a system call.
  void turn();

 private:
  // An operation may complete inline this often in a turn before its coroutine gives way; tokio's budget is 128 as
  // well.
  static constexpr int budget_per_turn = 128;
  static constexpr std::size_t ready_first = 64;
  static constexpr int blind_turns_max = 8;
  // A deadline that is later than this gives its time back: Scope::lateness_forgiven.
  static constexpr Duration lateness_noticed = std::chrono::milliseconds(50);

  void run_ready();

  TimerWheel timers_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> running_;
  std::vector<std::coroutine_handle<>> patient_;  // Joins the end of `ready_` after the next look.
  Duration lateness_max_{};
  Duration lateness_total_{};
  Duration slice_ = std::chrono::milliseconds(1);
  Instant slice_end_{};
  Instant looked_{};
  Duration unseen_for_{};
  int budget_ = budget_per_turn;
  int blind_turns_ = blind_turns_max;  // The first turn looks.
  bool way_given_ = false;
};

}  // namespace atonce
