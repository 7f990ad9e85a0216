#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/duration.h"
#include "atonce/runtime/operations.h"
#include "atonce/runtime/sim_host.h"
#include "atonce/runtime/sim_random.h"

namespace atonce {

/// Something that will happen in a simulation. What the fields below `happen` mean is its maker's affair.
struct SimEvent {
  Instant at{};
  std::uint64_t tie = 0;       ///< orders events of one instant
  std::uint32_t position = 0;  ///< in the heap
  void (*happen)(SimEvent&) = nullptr;

  void* subject = nullptr;
  void* context = nullptr;
  Operation* operation = nullptr;
  std::int32_t result = 0;
  std::uint32_t number = 0;
  bool flag = false;
  Instant since{};
  SimLink link;
  Endpoint from;
  Endpoint to;
  std::vector<std::byte> bytes;
};

/// What will happen, the earliest first. Events of one instant happen in random order, or in the order in which they
/// were added. A binary heap that knows where each event lies, so that one can be taken back.
class SimEvents {
 public:
  enum class Ties : bool { shuffled, first_come };
  SimEvents(SimRandom dice, Ties ties) : dice_(dice), ties_(ties) {}

  /// A blank event at `at`. It stays where it is until it has happened or is removed.
  SimEvent& add(Instant at, void (*happen)(SimEvent&)) { return add(at, happen, ties_); }
  SimEvent& add(Instant at, void (*happen)(SimEvent&), Ties ties);
  void remove(SimEvent& event);

  /// When the next one happens; `never` when there is none.
  Instant next_at() const { return heap_.empty() ? never : heap_.front().at; }
  /// Lets the next one happen.
  void happen_next();

 private:
  struct Entry {
    Instant at;
    std::uint64_t tie;
    SimEvent* event;
    bool before(const Entry& other) const { return at != other.at ? at < other.at : tie < other.tie; }
  };
  void place(std::size_t position, Entry entry);
  void sift_up(std::size_t position, Entry entry);
  void sift_down(std::size_t position, Entry entry);
  void take_out(SimEvent& event);
  void recycle(SimEvent& event);

  SimRandom dice_;
  Ties ties_;
  std::uint64_t added_ = 0;
  std::vector<Entry> heap_;
  std::vector<SimEvent*> spare_;
  std::vector<std::unique_ptr<SimEvent>> all_;
};

}  // namespace atonce
