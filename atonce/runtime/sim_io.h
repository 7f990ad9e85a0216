#pragma once

#include <array>
#include <atomic>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "atonce/runtime/io.h"
#include "atonce/runtime/sim_connect.h"
#include "atonce/runtime/sim_core.h"
#include "atonce/runtime/sim_datagram.h"
#include "atonce/runtime/sim_host.h"
#include "atonce/runtime/sim_random.h"

namespace atonce {

/// A simulated outside world. Time is a number that jumps to the next event when nothing is ready; the network is a
/// rule for each address; everything that chance decides follows from the seed, the order of ready coroutines
/// included. The same program with the same seed does the same things at the same instants.
///
/// Servers are tasks of the same simulation: they listen, accept and bind at any address they like, and an address is
/// open where one listens. What cannot go on (all tasks wait, and nothing will ever happen) and what would be a bug on
/// a real system (using a closed handle, closing one in use) is printed with the seed, and aborts.
class SimIo : public Io, private SimCore {
 public:
  /// The order in which ready coroutines run and events of one instant happen.
  enum class Order : bool { shuffled, first_come };

  explicit SimIo(Seed seed, Order order = Order::shuffled);
  ~SimIo() override;

  /// The rule of one host. `address` is a literal; anything else throws std::invalid_argument.
  HostRule& host(std::string_view address);
  HostRule& host(const IpAddress& address) { return hosts[address]; }
  /// The rule of every address without one of its own: a pure function of the address makes a whole internet.
  void default_host(std::function<HostRule(const IpAddress&)> rule) { SimCore::default_host = std::move(rule); }

  /// A receive or send moves a random part of what it could.
  void short_transfers(bool on) { SimCore::short_transfers = on; }
  /// EMFILE beyond so many open handles and connects in flight.
  void descriptors_max(std::size_t count) { SimCore::descriptors_max = count; }
  /// EADDRNOTAVAIL beyond so many connections to one destination (address and port). Set it before the first one.
  void ports_max(std::uint32_t count) { connects_.ports_max = count; }

  /// The next `count` operations of this kind fail with `error`. A connect fails at once, not `started`, when the error
  /// is one of this machine's own, and otherwise when the answer would have come.
  void fail_next(OperationKind kind, int error, std::uint32_t count = 1);
  /// Each operation of this kind fails so with this probability.
  void fail_sometimes(OperationKind kind, int error, double probability);

  /// The child process `child` will end after `after` with this wait status (waitpid(2)).
  void child_ends(pid_t child, Duration after, int status);
  /// How long the thread pool takes to come to an offloaded function; 100 us unless told.
  void offload_takes(Duration delay) { offload_delay_ = delay; }
  /// Time passes and nothing is reaped: a loop that computes, or a machine that is busy elsewhere.
  void stall(Duration duration) { SimCore::now += duration; }
  /// The process is stopped for up to `longest` before a turn, with this probability: the world goes on without it.
  void stops_sometimes(double probability, Duration longest);
  /// When it was stopped so, and for how long.
  const std::vector<Stretch>& stops() const { return stops_; }

  /// What changes on the way to the hosts as time goes by; fair unless asked for.
  SimWeather& weather();

  std::size_t open_handles() const { return SimCore::open_handles; }
  /// Whether `syns_sent` knows each endpoint apart; it does unless told otherwise, and its memory follows how many
  /// there are.
  void counts_syns_by_endpoint(bool on) { connects_.counts_by_endpoint = on; }
  /// SYNs sent, repetitions included, in connects that have ended.
  std::uint64_t syns_sent(const Endpoint& to) const { return connects_.syns_sent(to); }
  std::uint64_t syns_sent() const { return connects_.syns_sent(); }
  /// Completed operations.
  std::uint64_t completions() const { return completions_; }
  /// A fingerprint of all that happened: which operation ended when, in which order and how. Equal for two runs of one
  /// program with one seed.
  std::uint64_t trace_hash() const { return trace_; }

  std::string_view name() const override { return "sim"; }
  Instant now() const override { return SimCore::now; }
  std::uint64_t random() override;
  bool start(Operation& operation) override;
  void cancel(Operation& operation) override;
  Result<Handle> listen(const Endpoint& at, int backlog) override;
  Result<Handle> open_datagram(const Endpoint& peer) override;
  Result<Handle> bind_datagram(const Endpoint& at) override;
  Result<Endpoint> local_endpoint(Handle handle) override;
  Result<Endpoint> remote_endpoint(Handle handle) override;
  void finish_sending(Handle handle) override;
  void close(Handle handle) override;
  void break_off(Handle handle) override;
  void wake() override { woken_.store(true, std::memory_order_release); }

 protected:
  void wait(Instant until) override;
  void arrange(std::vector<std::coroutine_handle<>>& ready) override;

 private:
  static constexpr std::size_t kind_count = 8;

  struct Fault {
    OperationKind kind;
    int error;
    std::uint32_t left;  ///< for fail_next
    double probability;  ///< for fail_sometimes
  };
  struct Child {
    Instant ends;
    int status;
  };

  void finish(Operation& operation, std::int32_t result) override;
  void note(const Operation& operation, std::int32_t result);
  void mix(std::uint64_t value) { trace_ = SimRandom::mix(trace_ ^ value) + 0x9E37'79B9'7F4A'7C15; }
  std::int32_t begin(Operation& operation);
  std::int32_t begin_offload(OffloadOperation& operation);
  std::int32_t begin_wait(WaitChildOperation& operation);
  int injected_error(OperationKind kind);
  std::int32_t fail(Operation& operation, int error);
  void finish_later(Operation& operation, std::int32_t result, Instant at);
  bool withdraw(Operation& operation);
  SimSocket* socket_of(Operation& operation);
  void happen_until(Instant instant);
  void stop_perhaps();
  [[noreturn]] void report_deadlock();

  bool shuffled_;
  SimRandom program_dice_;
  SimRandom order_dice_;
  SimRandom stop_dice_;
  double stop_probability_ = 0;
  Duration stop_longest_{};
  std::vector<Stretch> stops_;
  SimConnects connects_;
  SimDatagrams datagrams_;
  std::vector<Fault> faults_;
  std::unordered_map<pid_t, Child> children_;
  Duration offload_delay_ = std::chrono::microseconds(100);
  std::array<std::uint64_t, kind_count> in_flight_{};
  std::uint64_t completions_ = 0;
  std::uint64_t trace_ = 0;
  std::atomic<bool> woken_ = false;
};

}  // namespace atonce
