#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/world/tun_packet.h"

namespace atonce {

/// Packets on their way: a calendar of 65,536 slots of 66 µs, each in the order of arrival. Adding and taking cost the
/// same however many wait.
class DelayLine {
 public:
  /// The longest delay it can hold is a little under this.
  static constexpr Duration reach{std::int64_t{1} << 32};

  explicit DelayLine(Instant now) : tick_(tick_of(now)), slots_(slot_count) {}

  bool empty() const { return waiting_ == 0; }
  /// When the next slot with a packet may come up; only a bound when many slots between are empty.
  Instant next_due() const { return Instant(Duration(tick_ << slot_bits)); }

  /// False when the line is full or `due` beyond its reach. Never early, at most a slot late.
  bool add(std::span<const std::uint8_t> packet, Instant due) {
    const std::int64_t tick = std::max(tick_of(due) + 1, tick_);
    if (tick - tick_ >= static_cast<std::int64_t>(slot_count)) return false;
    const std::uint32_t index = take_node();
    if (index == nobody) return false;
    Node& node = nodes_[index];
    node.next = nobody;
    node.size = static_cast<std::uint16_t>(packet.size());
    std::memcpy(node.bytes.data(), packet.data(), packet.size());
    Slot& slot = slots_[static_cast<std::size_t>(tick) % slot_count];
    (slot.last == nobody ? slot.first : nodes_[slot.last].next) = index;
    slot.last = index;
    ++waiting_;
    return true;
  }

  /// Calls `send` with each packet that is due.
  void take_due(Instant now, auto&& send) {
    const std::int64_t current = tick_of(now);
    for (; waiting_ > 0 && tick_ <= current; ++tick_) {
      Slot& slot = slots_[static_cast<std::size_t>(tick_) % slot_count];
      while (slot.first != nobody) {
        Node& node = nodes_[slot.first];
        send(std::span<const std::uint8_t>(node.bytes.data(), node.size));
        const std::uint32_t next = node.next;
        node.next = free_;
        free_ = slot.first;
        slot.first = next;
        --waiting_;
      }
      slot.last = nobody;
    }
    if (waiting_ == 0) tick_ = std::max(tick_, current);
  }

 private:
  static constexpr int slot_bits = 16;
  static constexpr std::size_t slot_count = 65'536;
  static constexpr std::uint32_t nobody = ~0u;
  static constexpr std::size_t packets_max = 1'000'000;  // 64 MB: 400,000 packets a second at the longest round trip.

  struct Node {
    std::uint32_t next;
    std::uint16_t size;
    std::array<std::uint8_t, tun_reply_max + 2> bytes;
  };
  static_assert(sizeof(Node) == 64);
  struct Slot {
    std::uint32_t first = nobody;
    std::uint32_t last = nobody;
  };

  static std::int64_t tick_of(Instant instant) { return instant.time_since_epoch().count() >> slot_bits; }

  std::uint32_t take_node() {
    const std::uint32_t index = free_;
    if (index != nobody) {
      free_ = nodes_[index].next;
      return index;
    }
    if (nodes_.size() == packets_max) return nobody;
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  std::int64_t tick_;  ///< every slot before it is empty
  std::vector<Slot> slots_;
  std::vector<Node> nodes_;
  std::uint32_t free_ = nobody;
  std::size_t waiting_ = 0;
};

}  // namespace atonce
