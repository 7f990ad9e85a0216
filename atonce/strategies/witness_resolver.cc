#include "atonce/strategies/witness_resolver.h"

#include <algorithm>
#include <utility>

namespace atonce {
namespace {

// Ticks that come late.
constexpr Duration slack = std::chrono::milliseconds(250);

}  // namespace

void ResolverWatch::saw(Instant last_answer, std::uint64_t timeouts_since, bool can_ask) {
  if (last_answer > last_answer_) {
    last_answer_ = last_answer;
    unanswered_ = false;
  }
  timeouts_ = timeouts_since;
  can_ask_ = can_ask;
}

bool ResolverWatch::suspected(Instant now) const {
  return timeouts_ >= timeouts_min && now - last_answer_ > silence_min;
}

bool ResolverWatch::wants_question(Instant now) {
  if (!can_ask_ || asked_ || now < free_at_ || !suspected(now)) return false;
  asked_ = now;
  waited_ = true;
  free_at_ = now + question_gap;
  return true;
}

void ResolverWatch::answered(Instant at) {
  asked_.reset();
  if (at <= last_answer_) return;
  last_answer_ = at;
  unanswered_ = false;
}

void ResolverWatch::silent() {
  const std::optional<Instant> asked = std::exchange(asked_, std::nullopt);
  if (asked && waited_ && last_answer_ <= *asked) unanswered_ = true;
}

std::optional<ResolverWatch::Stretch> ResolverWatch::judge(Instant now) {
  if (suspected(now) && (unanswered_ || !can_ask_)) {
    standing_since_ = last_answer_;
    return Stretch{last_answer_, now};
  }
  if (!standing_since_ || last_answer_ <= *standing_since_) return std::nullopt;
  return Stretch{*std::exchange(standing_since_, std::nullopt), last_answer_};
}

Instant ResolverWatch::vouched_until(Instant now) const {
  if (timeouts_ < timeouts_min || standing_since_) return now;
  // It stops after an answer, and a question of ours shows it.
  return std::max(last_answer_ - Duration(1), now - (silence_min + patience + slack));
}

}  // namespace atonce
