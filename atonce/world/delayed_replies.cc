#include "atonce/world/delayed_replies.h"

#include <algorithm>
#include <cstring>

namespace atonce {

DelayedReplies::DelayedReplies() : tick_(tick_of(std::chrono::steady_clock::now())) {}

bool DelayedReplies::add(const sockaddr_in& peer, std::span<const std::uint8_t> reply, Instant due) {
  if (reply.size() > dns_stored_max) return false;
  const std::int64_t tick = std::max(tick_of(due) + 1, tick_);  // Rounded up: never early.
  if (tick - tick_ >= static_cast<std::int64_t>(slot_count)) return false;
  std::uint32_t index = free_;
  if (index != nobody) {
    free_ = nodes_[index].next;
  } else {
    if (nodes_.size() == replies_max) return false;
    index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  Node& node = nodes_[index];
  node.peer = peer;
  node.next = nobody;
  node.size = static_cast<std::uint16_t>(reply.size());
  std::memcpy(node.bytes.data(), reply.data(), reply.size());

  Slot& slot = slots_[static_cast<std::size_t>(tick) % slot_count];
  (slot.last == nobody ? slot.first : nodes_[slot.last].next) = index;
  slot.last = index;
  ++waiting_;
  return true;
}

void DelayedReplies::empty_slot(Slot& slot, DatagramBatch& batch, int socket) {
  while (slot.first != nobody) {
    const std::uint32_t index = slot.first;
    Node& node = nodes_[index];
    const std::span<std::uint8_t, dns_reply_max> place = batch.next(node.peer, socket);
    std::memcpy(place.data(), node.bytes.data(), node.size);
    batch.commit(node.size);
    slot.first = node.next;
    node.next = free_;
    free_ = index;
    --waiting_;
  }
  slot.last = nobody;
}

Instant DelayedReplies::send_due(Instant now, DatagramBatch& batch, int socket) {
  const std::int64_t current = tick_of(now);
  for (; waiting_ > 0 && tick_ <= current; ++tick_)
    empty_slot(slots_[static_cast<std::size_t>(tick_) % slot_count], batch, socket);
  batch.send(socket);
  if (waiting_ > 0) return Instant(std::chrono::milliseconds(tick_));
  tick_ = std::max(tick_, current);
  return never;
}

}  // namespace atonce
