#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace atonce {

/// What the queue in front of one interface has thrown away.
struct QueueDrops {
  int interface = 0;
  std::uint64_t drops = 0;

  friend bool operator==(const QueueDrops&, const QueueDrops&) = default;
};

/// Asks the kernel for the queueing disciplines of this network namespace: the drops of each root, which speaks for
/// what is below it. Source: rtnetlink(7), tc(8), linux/gen_stats.h.
class QueueDropReader {
 public:
  /// Without a socket every answer is empty.
  QueueDropReader();
  ~QueueDropReader();
  QueueDropReader(const QueueDropReader&) = delete;

  /// Valid until the next call.
  std::span<const QueueDrops> read();

 private:
  int socket_;
  std::uint32_t sequence_ = 0;
  std::vector<std::byte> buffer_;
  std::vector<QueueDrops> drops_;
};

/// Takes the roots out of one answer of RTM_GETQDISC, behind what is in `drops`. True when the dump goes on. Anything
/// that is cut short or makes no sense is left out.
bool parse_queue_drops(std::span<const std::byte> answer, std::uint32_t sequence, std::vector<QueueDrops>& drops);

}  // namespace atonce
