#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/world/datagram_batch.h"
#include "atonce/world/dns_answer.h"

namespace atonce {

/// Answers that wait for their time: a wheel of milliseconds that keeps the order of arrival within each. Delays end at
/// 4 s.
class DelayedReplies {
 public:
  DelayedReplies();

  /// False when there is no room: the answer must go at once.
  bool add(const sockaddr_in& peer, std::span<const std::uint8_t> reply, Instant due);
  /// Hands what is due to `batch`, which sends it through `socket`. Returns when to come again.
  Instant send_due(Instant now, DatagramBatch& batch, int socket);

 private:
  static constexpr std::size_t slot_count = 4'096;
  static constexpr std::uint32_t nobody = ~0u;
  static constexpr std::size_t replies_max =
      200'000;  // 60 MB, all at once only if a client asks so much without waiting.

  struct Node {
    sockaddr_in peer;
    std::uint32_t next;
    std::uint16_t size;
    std::array<std::uint8_t, dns_stored_max> bytes;
  };
  struct Slot {
    std::uint32_t first = nobody;
    std::uint32_t last = nobody;
  };

  static std::int64_t tick_of(Instant instant) { return instant.time_since_epoch() / std::chrono::milliseconds(1); }
  void empty_slot(Slot& slot, DatagramBatch& batch, int socket);

  std::array<Slot, slot_count> slots_{};
  std::vector<Node> nodes_;
  std::uint32_t free_ = nobody;
  std::size_t waiting_ = 0;
  std::int64_t tick_ = 0;  ///< every slot before it is empty
};

}  // namespace atonce
