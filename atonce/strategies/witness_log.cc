#include "atonce/strategies/witness_log.h"

#include <algorithm>
#include <string_view>

namespace atonce {
namespace {

// For whoever reads a report; a run that has more has other worries.
constexpr std::size_t stretches_max = 1'024;
constexpr std::size_t misses_max = 65'536;
// Ticks that come late.
constexpr Duration vouch_slack = std::chrono::milliseconds(250);

std::string_view name_of(Taint taint) {
  switch (taint) {
    case Taint::uplink: return "uplink";
    case Taint::resolver: return "resolver";
    case Taint::stopped: return "stopped";
    case Taint::clock: return "clock";
    case Taint::none: break;
  }
  return "none";
}

}  // namespace

WitnessLog::WitnessLog(Conditions& conditions, const ClockReading& start)
    : conditions_(conditions),
      clocks_(start),
      resolver_(start.monotonic),
      last_tick_(start.monotonic),
      last_good_(start.monotonic),
      own_last_good_(start.monotonic),
      uplink_seen_(start.monotonic) {}

void WitnessLog::note(Taint taint, Instant from, Instant until) {
  conditions_.note(taint, from, until);
  // The same trouble, going on, beside others: one stretch.
  for (auto last = stretches_.rbegin(); last != stretches_.rend(); ++last) {
    if (last->taint != taint) continue;
    if (from > last->until) break;
    last->from = std::min(last->from, from);
    last->until = std::max(last->until, until);
    return;
  }
  if (stretches_.size() < stretches_max) stretches_.push_back({taint, from, until});
}

std::uint64_t WitnessLog::asked(const Endpoint& host, bool own, Instant at) {
  questions_.push_back({.number = next_number_, .host = host, .at = at, .own = own});
  return next_number_++;
}

std::optional<WitnessLog::Question> WitnessLog::take(std::uint64_t number) {
  const auto place = std::ranges::find(questions_, number, &Question::number);
  if (place == questions_.end()) return std::nullopt;
  const Question question = *place;
  questions_.erase(place);
  return question;
}

void WitnessLog::answered(std::uint64_t number, Instant at) {
  const std::optional<Question> question = take(number);
  if (!question) return;
  ++(question->own ? own_ : outside_).asked;
  if (question->own) {
    own_last_good_ = std::max(own_last_good_, at);
  } else {
    good(at);
  }
}

void WitnessLog::missed(std::uint64_t number, Instant at) {
  const auto place = std::ranges::find(questions_, number, &Question::number);
  if (place == questions_.end()) return;
  CanaryCount& count = place->own ? own_ : outside_;
  ++count.asked;
  ++count.missed;
  if (misses_.size() < misses_max) misses_.push_back({place->at, at, place->own});
  place->ended = true;
  if (place->own) {
    questions_.erase(place);
  } else {
    drop_if_gone(*place);
  }
}

void WitnessLog::withdrawn(std::uint64_t number) { take(number); }

void WitnessLog::saw_answer(Instant at) { good(at); }

void WitnessLog::saw_uplink(const std::optional<Uplink>& uplink, Instant at) {
  if (!uplink) return;
  const bool moved = uplink_ && uplink->there() && uplink->interface != uplink_->interface;
  if (!uplink->there() || moved) {
    if (!link_.from) link_.from = uplink_seen_;
    note(Taint::uplink, *link_.from, at);
  } else if (link_.from) {
    note(Taint::uplink, *link_.from, at);
    link_.from.reset();
  }
  if (moved) link_.from.reset();
  if (uplink->there()) uplink_ = uplink;
  uplink_seen_ = at;
}

void WitnessLog::good(Instant at) {
  if (at <= last_good_) return;
  if (path_.from || link_.from) std::erase_if(questions_, [](const Question& question) { return question.ended; });
  if (path_.from) note(Taint::uplink, *path_.from, at);
  path_.from.reset();
  last_good_ = at;
  std::erase_if(questions_, [at](const Question& question) {
    return question.ended && question.at + 4 * CanaryPool::host_gap < at;
  });
}

/// Others answered meanwhile, and it did not, twice: the host itself has gone, or minds us.
void WitnessLog::drop_if_gone(const Question& question) {
  const auto ended = std::ranges::count_if(
      questions_, [&](const Question& other) { return other.ended && other.host == question.host; });
  if (ended >= 2 && last_good_ > question.at) canaries_.drop(question.host);
}

std::size_t WitnessLog::silent_hosts(Instant now) const {
  std::vector<Endpoint> hosts;
  for (const Question& question : questions_) {
    if (question.own || question.at < last_good_) continue;
    if (!question.ended && now - question.at < silent_after) continue;
    if (std::ranges::find(hosts, question.host) == hosts.end()) hosts.push_back(question.host);
  }
  return hosts.size();
}

void WitnessLog::judge_path(Instant now) {
  const bool we_are_well = now - own_last_good_ < silent_after;
  if (!path_.from && (!we_are_well || silent_hosts(now) < silent_hosts_min)) return;
  if (!path_.from) path_.from = last_good_;
  note(Taint::uplink, *path_.from, now);
}

void WitnessLog::hold(Instant now) {
  const bool away = path_.from || link_.from;
  if (!away) hold_spent_ = false;
  if (away && !held_since_ && !hold_spent_) held_since_ = now;
  if (held_since_ && (!away || now - *held_since_ >= hold_max)) {
    held_ += now - *held_since_;
    hold_spent_ = away;
    held_since_.reset();
  }
  conditions_.hold.store(held_since_.has_value(), std::memory_order_relaxed);
}

void WitnessLog::vouch(Instant now) {
  Instant until = now;
  if (canaries_.size() >= silent_hosts_min && !path_.from && !link_.from) {
    // A path that has gone shows when two hosts were asked since, and waited for; and it goes after its last answer.
    const Duration noticed_after =
        silent_after + static_cast<std::int64_t>(silent_hosts_min) * canaries_.gap() + vouch_slack;
    until = std::max(last_good_ - Duration(1), now - noticed_after);
  }
  const std::int64_t until_ns = std::min({until, resolver_.vouched_until(now), now}).time_since_epoch().count();
  if (until_ns > conditions_.vouched_until_ns.load(std::memory_order_relaxed))
    conditions_.vouched_until_ns.store(until_ns, std::memory_order_release);
}

void WitnessLog::tick(const ClockReading& now, Instant due) {
  const ClockWatch::Found found = clocks_.look(now, due);
  if (found.stood_still) {
    note(Taint::stopped, found.since, now.monotonic);
    // Nobody waited for the canaries meanwhile, so their silence says nothing.
    if (!path_.from) last_good_ = std::max(last_good_, now.monotonic);
    own_last_good_ = std::max(own_last_good_, now.monotonic);
    resolver_.stood_still();
  }
  if (found.stepped) note(Taint::clock, found.since, now.monotonic);
  judge_path(now.monotonic);
  if (const auto standing = resolver_.judge(now.monotonic)) note(Taint::resolver, standing->from, standing->until);
  hold(now.monotonic);
  vouch(now.monotonic);
  last_tick_ = now.monotonic;
}

bool WitnessLog::voided(const Miss& miss) const {
  return std::ranges::any_of(stretches_, [&](const Stretch& stretch) {
    return stretch.taint != Taint::resolver && stretch.from <= miss.until && miss.from <= stretch.until;
  });
}

WitnessReport WitnessLog::report() const {
  WitnessReport report{.own = own_, .outside = outside_, .held = held_};
  for (const Miss& miss : misses_) {
    if (!voided(miss)) continue;
    CanaryCount& count = miss.own ? report.own : report.outside;
    --count.missed;
    ++count.voided;
  }
  for (const Stretch& stretch : stretches_)
    report.stretches.push_back({std::string(name_of(stretch.taint)), stretch.from, stretch.until - stretch.from});
  if (held_since_) report.held += last_tick_ - *held_since_;
  return report;
}

}  // namespace atonce
