#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace atonce {

/// What the TUN ground has seen and done.
struct TunCounts {
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t syns_open = 0;
  std::uint64_t syns_closed = 0;
  std::uint64_t syns_silent = 0;
  std::uint64_t syns_unreachable = 0;
  std::uint64_t lost = 0;      ///< by the loss that was asked for, either way
  std::uint64_t overflow = 0;  ///< never asked for: no room in the delay line, or the kernel took no more
};

/// Counters in memory that the world's process and its parent share. One thread adds, any may read.
class TunCounters {
 public:
  using Counter = std::atomic<std::uint64_t>;
  struct Page {
    Counter packets_in, packets_out, syns_open, syns_closed, syns_silent, syns_unreachable, lost, overflow;
  };

  /// Without memory to share, `page` is null and every count reads zero.
  static TunCounters create();
  TunCounts read() const;
  Page* page() const { return page_.get(); }

  static void add(Counter& counter, std::uint64_t value = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<Page> page_;
};

}  // namespace atonce
