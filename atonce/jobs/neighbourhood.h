#pragma once

#include <cstdint>
#include <utility>

#include "atonce/model/address.h"
#include "atonce/model/plan.h"
#include "atonce/runtime/io.h"
#include "atonce/runtime/task.h"

namespace atonce {

class Neighbourhoods;

/// The right to one connection to an address; gives it back when it ends.
class [[nodiscard]] Place {
 public:
  Place() = default;
  Place(Place&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), held_(other.held_) {}
  Place& operator=(Place&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~Place() { release(); }
  inline void release();
  explicit operator bool() const { return owner_ != nullptr; }

 private:
  friend class Neighbourhoods;
  /// Slots of the two tables.
  struct Held {
    std::uint16_t address = 0;
    std::uint16_t network = 0;
    std::uint32_t note = 0;  ///< in the ledger, plus one; 0: not noted
  };
  Place(Neighbourhoods& owner, Held held) : owner_(&owner), held_(held) {}

  Neighbourhoods* owner_ = nullptr;
  Held held_;
};

/// How many connections go to one address and to one network (IPv4 /24, IPv6 /48) at once: never more than the bounds,
/// over all loops, threads and forked workers of a run. One object a run, made before the workers are.
///
/// The counters lie in shared memory, by a hash under a random key: two addresses that meet in one counter wait for
/// each other, so an accident makes the run politer and never ruder. A mapped address (::ffff:192.0.2.1) counts as the
/// IPv4 one.
///
/// A forked worker notes its places in a ledger, so that `worker_died` can give back what a killed one held. Killed
/// between counting a place and noting it, within some nanoseconds, it leaves that one place taken until the run ends.
class Neighbourhoods {
 public:
  /// Throws std::bad_alloc when there is no memory to share. A bound of 0 is none; two zeros cost nothing at all.
  /// `seed` makes the random key, so that a simulated run can be done again; 0: from the system.
  explicit Neighbourhoods(const PolitenessOptions& options, std::uint64_t seed = 0);
  ~Neighbourhoods();
  Neighbourhoods(const Neighbourhoods&) = delete;

  static constexpr std::uint32_t workers_max = 1'024;

  /// A place if there is one now; false when not. Never waits.
  Place try_enter(const IpAddress& address);
  /// Waits for a place: looks again after 2 ms, and after longer and longer pauses up to 50 ms. ECANCELED when the
  /// scope was cancelled first.
  Task<Result<Place>> enter(Io& io, IpAddress address);

  /// In a forked worker, before its first place: `worker` is a number below `workers_max` of its own.
  void become_worker(std::uint32_t worker);
  /// In the parent, when it has seen that worker's end: what it still held is free again.
  void worker_died(std::uint32_t worker);

  /// In flight now where `address` is counted; for reports and tests.
  std::uint32_t at_address(const IpAddress& address) const;
  std::uint32_t in_network(const IpAddress& address) const;

 private:
  friend class Place;
  struct Shared;
  Place::Held slots_of(const IpAddress& address) const;
  void note(Place::Held& held);
  void leave(const Place::Held& held);

  std::uint32_t per_address_;
  std::uint32_t per_network_;
  std::uint64_t key_[2];
  Shared* shared_ = nullptr;            ///< none when there are no bounds
  std::uint32_t worker_ = workers_max;  ///< whose ledger this process writes; `workers_max`: none
};

inline void Place::release() {
  if (owner_ != nullptr) std::exchange(owner_, nullptr)->leave(held_);
}

}  // namespace atonce
