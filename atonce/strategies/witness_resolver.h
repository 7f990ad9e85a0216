#pragma once

#include <cstdint>
#include <optional>

#include "atonce/model/duration.h"

namespace atonce {

/// Tells a resolver that has stopped answering from names that nobody answers for. Questions that time out, and no
/// answer meanwhile, are a suspicion only: at the end of a run, and in its later laps, often nothing but such names is
/// left. So the resolver is asked for a name that it knew before. Where no name is known, or nobody may be asked, the
/// suspicion is all there is, and counts. No thread and no clock of its own; it is told, in the order of time.
class ResolverWatch {
 public:
  explicit ResolverWatch(Instant start) : last_answer_(start) {}

  static constexpr unsigned timeouts_min = 20;
  static constexpr Duration silence_min = std::chrono::seconds(1);
  /// How long an answer to a question of ours is waited for, and how far apart such questions are at least.
  static constexpr Duration patience = std::chrono::seconds(2);
  static constexpr Duration question_gap = std::chrono::seconds(1);

  /// The latest answer to the run, how many of its questions have timed out since, and whether there is a name to ask
  /// for, and somebody to ask.
  void saw(Instant last_answer, std::uint64_t timeouts_since, bool can_ask);
  /// Whether a question is due now; it then counts as asked.
  bool wants_question(Instant now);
  /// The end of that question: an answer of any kind, or none.
  void answered(Instant at);
  void silent();
  /// Nobody waited for the question that is under way.
  void stood_still() { waited_ = false; }

  struct Stretch {
    Instant from;
    Instant until;
  };
  /// The stretch in which it stands still, as far as it is known at `now`; once more when it has ended.
  std::optional<Stretch> judge(Instant now);
  /// Up to here no stretch will be found any more.
  Instant vouched_until(Instant now) const;

 private:
  bool suspected(Instant now) const;

  Instant last_answer_;  ///< to the run, or to us
  std::uint64_t timeouts_ = 0;
  bool can_ask_ = false;
  std::optional<Instant> asked_;  ///< under way since then
  bool waited_ = true;
  Instant free_at_{};
  bool unanswered_ = false;  ///< we asked after the last answer, in vain
  std::optional<Instant> standing_since_;
};

}  // namespace atonce
