#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/duration.h"

namespace atonce {

/// Which hosts are asked again, and when: those seen open most recently, each of another network, and none often. No
/// clock of its own.
class CanaryPool {
 public:
  // One question in each half second, over all hosts; to one host at most in four seconds, and no more than this in
  // all, so that nobody notices it.
  static constexpr Duration gap_min = std::chrono::milliseconds(500);
  static constexpr Duration host_gap = std::chrono::seconds(4);
  static constexpr unsigned host_questions_max = 32;
  static constexpr std::size_t hosts_max = 8;

  /// A host was seen open. Each network (IPv4 /24, IPv6 /48) is taken in once; where all places are taken, the host
  /// that was asked most gives way, if it was asked at all.
  void offer(const Endpoint& host);
  /// Whom to ask now, if anybody; it then counts as asked.
  std::optional<Endpoint> next(Instant now);
  /// This host is not asked again.
  void drop(const Endpoint& host);

  std::size_t size() const { return hosts_.size(); }
  /// How far apart questions are, with the hosts it has.
  Duration gap() const;

 private:
  struct Host {
    Endpoint endpoint;
    unsigned asked = 0;
    Instant free_at{};
  };
  // Two networks a second come and go at most; a day's worth, and then they may be asked again.
  static constexpr std::size_t networks_max = 200'000;

  std::vector<Host> hosts_;
  std::unordered_set<std::uint64_t> networks_;  ///< those that have been in the pool
  Instant free_at_{};
};

}  // namespace atonce
