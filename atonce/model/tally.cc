#include "atonce/model/tally.h"

#include <numeric>

namespace atonce {
namespace {

std::uint64_t microseconds(Duration duration) {
  return duration.count() > 0 ? static_cast<std::uint64_t>(duration.count() / 1'000) : 0;
}

}  // namespace

void Tally::add(const Outcome& outcome) {
  ++by_verdict[static_cast<std::size_t>(outcome.verdict)];
  tries += outcome.tries;
  if (outcome.tries > 1) retries += outcome.tries - 1u;
  unsure += outcome.doubts.any();
  tried_again += outcome.lap > 1;
  overturned += outcome.overturned;
  if (outcome.started == Instant{}) return;  // Nothing was asked of anybody.
  queue_us.add(microseconds(outcome.started - outcome.due));
  if (outcome.resolved != Instant{} && !outcome.target.address)
    lookup_us.add(microseconds(outcome.resolved - outcome.started));
  if (outcome.connected != Instant{}) connect_us.add(microseconds(outcome.connected - outcome.resolved));
  total_us.add(microseconds(outcome.finished - outcome.started));
}

void Tally::merge(const Tally& other) {
  for (std::size_t i = 0; i < verdict_count; ++i) by_verdict[i] += other.by_verdict[i];
  tries += other.tries;
  retries += other.retries;
  unsure += other.unsure;
  tried_again += other.tried_again;
  overturned += other.overturned;
  queue_us.merge(other.queue_us);
  lookup_us.merge(other.lookup_us);
  connect_us.merge(other.connect_us);
  total_us.merge(other.total_us);
}

std::uint64_t Tally::total() const { return std::accumulate(by_verdict.begin(), by_verdict.end(), std::uint64_t{0}); }

}  // namespace atonce
