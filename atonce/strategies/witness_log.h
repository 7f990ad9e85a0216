#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "atonce/model/witness_report.h"
#include "atonce/runtime/clock_watch.h"
#include "atonce/runtime/uplink.h"
#include "atonce/strategies/conditions.h"
#include "atonce/strategies/witness_canaries.h"
#include "atonce/strategies/witness_resolver.h"

namespace atonce {

/// What a witness makes of what it sees: which stretches are tainted, when to hold, how far it can vouch. It has no
/// thread and no clock; it is told, in the order of time, and writes into the Conditions.
class WitnessLog {
 public:
  WitnessLog(Conditions& conditions, const ClockReading& start);

  // A canary that has not answered for so long casts doubt on the path: by then its SYN was repeated once.
  static constexpr Duration silent_after = std::chrono::milliseconds(1'500);
  static constexpr std::size_t silent_hosts_min = 2;
  // An outage is not waited out for longer; what is tried then is tainted, and tried again.
  static constexpr Duration hold_max = std::chrono::seconds(30);

  /// A canary is asked. Gives the number under which its end is told.
  std::uint64_t asked(const Endpoint& host, bool own, Instant at);
  void answered(std::uint64_t number, Instant at);
  void missed(std::uint64_t number, Instant at);
  /// It could not be asked at all, for a shortage of ours.
  void withdrawn(std::uint64_t number);

  /// The latest answer of any target of the run, canaries apart.
  void saw_answer(Instant at);
  /// The way out, as it is now; nothing where it cannot be watched.
  void saw_uplink(const std::optional<Uplink>& uplink, Instant at);

  /// To be called every few ten milliseconds, after all that was seen before `now` was told. `due`: when it should have
  /// been called.
  void tick(const ClockReading& now, Instant due);

  CanaryPool& canaries() { return canaries_; }
  const CanaryPool& canaries() const { return canaries_; }
  /// To be told of what resolvers say, and asked when to ask them.
  ResolverWatch& resolver() { return resolver_; }

  /// All but the drops.
  WitnessReport report() const;

 private:
  struct Question {
    std::uint64_t number;
    Endpoint host;
    Instant at;
    bool own;
    bool ended = false;  ///< without an answer
  };
  struct Miss {
    Instant from;
    Instant until;
    bool own;
  };
  struct Outage {
    std::optional<Instant> from;  ///< since then it goes on
  };

  void note(Taint taint, Instant from, Instant until);
  std::optional<Question> take(std::uint64_t number);
  void good(Instant at);
  std::size_t silent_hosts(Instant now) const;
  void drop_if_gone(const Question& question);
  void judge_path(Instant now);
  void hold(Instant now);
  void vouch(Instant now);
  bool voided(const Miss& miss) const;

  Conditions& conditions_;
  ClockWatch clocks_;
  CanaryPool canaries_;
  ResolverWatch resolver_;

  std::vector<Question> questions_;  ///< no answer yet; an ended one stays until a later one is answered
  std::uint64_t next_number_ = 0;
  CanaryCount own_, outside_;
  std::vector<Miss> misses_;

  Instant last_tick_;
  Instant last_good_;      ///< the latest answer from outside
  Instant own_last_good_;  ///< the latest of our own listener
  Outage path_, link_;
  std::optional<Uplink> uplink_;
  Instant uplink_seen_;

  std::optional<Instant> held_since_;
  bool hold_spent_ = false;
  Duration held_{};

  struct Stretch {
    Taint taint;
    Instant from;
    Instant until;
  };
  std::vector<Stretch> stretches_;
};

}  // namespace atonce
