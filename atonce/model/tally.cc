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
  if (outcome.exchange) add_exchange(*outcome.exchange, outcome.connected);
  if (outcome.started == Instant{}) return;  // Nothing was asked of anybody.
  queue_us.add(microseconds(outcome.started - outcome.due));
  if (outcome.resolved != Instant{} && !outcome.target.address)
    lookup_us.add(microseconds(outcome.resolved - outcome.started));
  if (outcome.connected != Instant{}) connect_us.add(microseconds(outcome.connected - outcome.resolved));
  total_us.add(microseconds(outcome.finished - outcome.started));
}

std::size_t Tally::status_class(std::uint16_t code) {
  const std::size_t hundreds = code / 100u;
  return hundreds >= 1 && hundreds <= 5 ? hundreds - 1 : status_classes - 1;
}

void Tally::add_exchange(const Exchange& exchange, Instant connected) {
  ++exchanges;
  if (exchange.status_code != 0) ++by_status[status_class(exchange.status_code)];
  redirects += exchange.redirects.size() + exchange.redirects_cut;
  reused += exchange.reused;
  insecure += exchange.insecure;
  unmatched += !exchange.matched;
  head_bytes += exchange.head_bytes;
  wire_body_bytes += exchange.wire_body_bytes;
  body_bytes += exchange.body_bytes;
  batches_completed += exchange.batch_end == BatchEnd::completed;
  batches_failed += exchange.batch_end == BatchEnd::failed;
  if (exchange.secured != Instant{} && connected != Instant{} && !exchange.reused)
    handshake_us.add(microseconds(exchange.secured - connected));
  if (exchange.answered != Instant{} && exchange.requested != Instant{})
    first_byte_us.add(microseconds(exchange.answered - exchange.requested));
}

void Tally::merge(const Tally& other) {
  for (std::size_t i = 0; i < verdict_count; ++i) by_verdict[i] += other.by_verdict[i];
  tries += other.tries;
  retries += other.retries;
  unsure += other.unsure;
  tried_again += other.tried_again;
  overturned += other.overturned;
  exchanges += other.exchanges;
  for (std::size_t i = 0; i < status_classes; ++i) by_status[i] += other.by_status[i];
  redirects += other.redirects;
  reused += other.reused;
  insecure += other.insecure;
  unmatched += other.unmatched;
  head_bytes += other.head_bytes;
  wire_body_bytes += other.wire_body_bytes;
  body_bytes += other.body_bytes;
  batches_completed += other.batches_completed;
  batches_failed += other.batches_failed;
  handshake_us.merge(other.handshake_us);
  first_byte_us.merge(other.first_byte_us);
  queue_us.merge(other.queue_us);
  lookup_us.merge(other.lookup_us);
  connect_us.merge(other.connect_us);
  total_us.merge(other.total_us);
}

std::uint64_t Tally::answers() const { return std::accumulate(by_status.begin(), by_status.end(), std::uint64_t{0}); }

std::uint64_t Tally::total() const { return std::accumulate(by_verdict.begin(), by_verdict.end(), std::uint64_t{0}); }

}  // namespace atonce
