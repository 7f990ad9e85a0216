#pragma once

#include <cstdint>
#include <queue>
#include <span>
#include <vector>

#include "atonce/model/duration.h"

namespace atonce {

/// Whole packets on their way, of any size: those of the connections of the web. The first due comes first; of one
/// instant, the first that was added.
class MirroredPackets {
 public:
  bool empty() const { return packets_.empty(); }
  /// `never` when there is none.
  Instant due() const { return packets_.empty() ? never : packets_.top().due; }
  std::span<const std::uint8_t> front() const { return packets_.top().bytes; }
  void pop() {
    bytes_ -= packets_.top().bytes.size();
    packets_.pop();
  }

  /// False when there are too many.
  bool add(std::span<const std::uint8_t> packet, Instant due) {
    if (bytes_ + packet.size() > bytes_max) return false;
    bytes_ += packet.size();
    packets_.push({due, added_++, {packet.begin(), packet.end()}});
    return true;
  }

 private:
  static constexpr std::size_t bytes_max = 256 << 20;  // 1 Gbit/s at the longest way of 2 s.

  struct Packet {
    Instant due;
    std::uint64_t number;
    std::vector<std::uint8_t> bytes;
    bool operator<(const Packet& other) const { return due != other.due ? due > other.due : number > other.number; }
  };

  std::priority_queue<Packet> packets_;
  std::uint64_t added_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace atonce
