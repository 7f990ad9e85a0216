#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "atonce/runtime/operations.h"
#include "atonce/runtime/sim_events.h"
#include "atonce/runtime/sim_weather.h"

namespace atonce {

struct EndpointHash {
  std::size_t operator()(const IpAddress& address) const;
  std::size_t operator()(const Endpoint& endpoint) const;
};

/// Prints what is wrong with the program under test (or hopeless in it) and how to see it again, and aborts.
[[noreturn]] void give_up(Seed seed, Instant now, std::string_view complaint);

/// What stands behind a handle of a simulation.
class SimSocket {
 public:
  /// An answer that means: it waits.
  static constexpr std::int32_t pending = std::numeric_limits<std::int32_t>::min();

  virtual ~SimSocket() = default;
  /// What an operation gives at once, or `pending`.
  virtual std::int32_t accept(AcceptOperation&) { return -EINVAL; }
  virtual std::int32_t receive(ReceiveOperation&) { return -ENOTCONN; }
  virtual std::int32_t send(SendOperation&) { return -ENOTCONN; }
  virtual std::int32_t receive_from(ReceiveFromOperation&) { return -EOPNOTSUPP; }
  virtual std::int32_t send_to(SendToOperation&) { return -EOPNOTSUPP; }
  /// Takes a waiting operation out of its line.
  virtual void forget(Operation& operation) = 0;
  virtual Endpoint local() const = 0;
  /// Who is at the other end of a connection.
  virtual std::optional<Endpoint> remote() const { return std::nullopt; }
  virtual void finish_sending() {}
  /// What follows is a close, and that shall be with RST.
  virtual void break_off() {}
  virtual bool in_use() const = 0;
  /// May delete itself.
  virtual void close() = 0;
};

class SimCore;

/// Something that deletes itself when it is done, and with the simulation at the latest.
class SimThing {
 public:
  explicit SimThing(SimCore& core);
  virtual ~SimThing();
  SimThing(const SimThing&) = delete;

 protected:
  SimCore& core_;

 private:
  friend class SimCore;
  SimThing* previous_ = nullptr;
  SimThing* next_ = nullptr;
};

/// Operations that wait at a socket, first come, first served.
class SimLine {
 public:
  void add(Operation& operation) { waiting_.push_back(&operation); }
  void forget(Operation& operation) { std::erase(waiting_, &operation); }
  bool empty() const { return waiting_.empty(); }
  Operation& take() {
    Operation& first = *waiting_.front();
    waiting_.erase(waiting_.begin());
    return first;
  }

 private:
  std::vector<Operation*> waiting_;
};

/// What the parts of a simulation share: the clock, the dice, what will happen, and the open handles.
class SimCore {
 public:
  SimCore(Seed from, SimEvents::Ties ties);
  virtual ~SimCore();
  SimCore(const SimCore&) = delete;

  /// Completes an operation that waited.
  virtual void finish(Operation& operation, std::int32_t result) = 0;

  /// -EMFILE when no descriptor is left.
  std::int32_t open_handle(SimSocket& socket);
  /// The socket behind a handle; gives up when there is none, since a real descriptor might be somebody else's by now.
  SimSocket& socket(Handle handle);
  SimSocket* find_socket(Handle handle);
  void release_handle(Handle handle);
  bool descriptor_left() const { return open_handles + connecting < descriptors_max; }

  const HostRule& rule_of(const IpAddress& address);
  /// The address that we speak from when we speak to `peer`.
  IpAddress source_for(const IpAddress& peer) const;
  bool is_ours(const IpAddress& address) const;
  /// The rule that governs the way between two addresses: that of the one that is not ours.
  const HostRule& rule_between(const IpAddress& from, const IpAddress& to) { return rule_of(is_ours(to) ? from : to); }
  /// Whether a packet between us and `host`, sent at `sent`, is lost.
  bool loses(const SimLink& link, const IpAddress& host, Instant sent) {
    return dice.chance(link.loss) || (weather != nullptr && weather->loses(host, sent));
  }
  Duration one_way(const SimLink& link) { return link.latency / 2 + dice.up_to(link.jitter); }

  Seed seed;
  Instant now = Instant(std::chrono::seconds(1'000));
  SimRandom dice;
  SimEvents events;
  std::unordered_map<IpAddress, HostRule, EndpointHash> hosts;
  std::function<HostRule(const IpAddress&)> default_host;
  std::unique_ptr<SimWeather> weather;  ///< null: always fair
  std::size_t open_handles = 0;
  std::size_t connecting = 0;
  std::size_t descriptors_max = ~std::size_t{0};
  bool short_transfers = false;

 private:
  friend class SimThing;
  struct Slot {
    SimSocket* socket = nullptr;
    std::uint8_t generation = 0;
  };
  static constexpr int slot_bits = 24;

  SimThing* things_ = nullptr;
  HostRule computed_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
};

/// How much of `bytes` moves at once: all, or some of it when the simulation has short transfers.
inline std::size_t transfer_size(SimCore& core, std::size_t bytes) {
  if (!core.short_transfers || bytes < 2) return bytes;
  return 1 + core.dice.below(static_cast<std::uint32_t>(bytes));
}

}  // namespace atonce
