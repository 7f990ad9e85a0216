#pragma once

#include <unordered_map>

#include "atonce/runtime/sim_stream.h"

namespace atonce {

/// A number for each endpoint. Only grows: a flat table with linear probing, since every connect of a simulation of
/// millions counts here.
class EndpointCounts {
 public:
  void add(const Endpoint& endpoint, std::uint32_t count);
  std::uint32_t of(const Endpoint& endpoint) const;

 private:
  struct Row {
    Endpoint endpoint;
    std::uint32_t count = 0;  ///< 0: free
  };
  std::size_t find(const Endpoint& endpoint) const;
  void grow();

  std::vector<Row> rows_;  // As many as a power of two, at most half of them taken.
  std::size_t taken_ = 0;
};

/// The connects of a simulated network: SYNs and their repetition, listeners, local ports.
class SimConnects {
 public:
  explicit SimConnects(SimCore& core) : core_(core) {}

  /// A negative errno when this machine refuses; else `SimSocket::pending`, and the operation's event is in `engine`.
  std::int32_t start(ConnectOperation& operation);
  /// Ends an attempt that was cancelled.
  void abandon(ConnectOperation& operation, SimEvent& event);
  /// Whether the answer to this attempt is on its way.
  static bool is_answered(const SimEvent& event) { return event.happen == answer; }
  /// Lets the attempt fail with `error` when the answer would have come.
  std::int32_t start_failing(ConnectOperation& operation, int error);

  std::int32_t listen(const Endpoint& at, int backlog);

  std::uint64_t syns_sent(const Endpoint& to) const { return syns_.of(to); }
  std::uint64_t syns_sent() const { return syns_total_; }

  static constexpr std::uint32_t unbounded = ~std::uint32_t{0};
  std::uint32_t ports_max = unbounded;  ///< local ports for each destination
  bool counts_by_endpoint = true;

 private:
  SimListener* find_listener(const Endpoint& at);
  bool take_port(const Endpoint& to);
  void give_port_back(const Endpoint& to);
  void await_answer(ConnectOperation& operation, const HostRule& rule, std::int32_t result);
  struct Attempt {
    ConnectOperation& operation;
    const SimLink& link;
    Instant since;
    std::int32_t result;  ///< of the first SYN that gets through
    bool swallows;        ///< without a listener the port is open all the same
  };
  /// Sends the SYN of this number, and later the next one, until one gets through.
  void send_syn(const Attempt& attempt, std::uint32_t number);
  void put_off(const Attempt& attempt, Instant at, void (*happen)(SimEvent&), std::int32_t result,
               std::uint32_t number);
  static void repeat_syn(SimEvent& event);
  /// `swallows`: without a listener the port is open all the same. The SYNs before `first` are lost.
  void send_syns(ConnectOperation& operation, const SimLink& link, Instant since, std::int32_t result, bool swallows,
                 std::uint32_t first);
  static void answer(SimEvent& event);
  static void arrive_at_listener(SimEvent& event);
  void end_attempt(const Endpoint& to, std::uint32_t syns);
  std::int32_t establish(const SimEvent& event, SimListener* listener);

  SimCore& core_;
  std::unordered_map<Endpoint, SimListener*, EndpointHash> listeners_;
  std::unordered_map<Endpoint, std::uint32_t, EndpointHash> ports_in_use_;
  EndpointCounts syns_;
  std::uint64_t syns_total_ = 0;
  std::uint16_t next_port_ = 0;
};

}  // namespace atonce
