#include "atonce/strategies/witness_canaries.h"

#include <algorithm>

namespace atonce {
namespace {

std::uint64_t network_of(const IpAddress& address) {
  const std::size_t length = address.family == Family::v4 ? 3 : 6;
  std::uint64_t network = address.family == Family::v4 ? 4 : 6;
  for (std::size_t i = 0; i < length; ++i) network = network << 8 | address.bytes[i];
  return network;
}

}  // namespace

void CanaryPool::offer(const Endpoint& host) {
  const std::uint64_t network = network_of(host.address);
  if (networks_.contains(network)) return;
  if (hosts_.size() == hosts_max) {
    const auto most_asked = std::ranges::max_element(hosts_, {}, &Host::asked);
    if (most_asked->asked == 0) return;
    hosts_.erase(most_asked);
  }
  if (networks_.size() == networks_max) networks_.clear();
  networks_.insert(network);
  hosts_.push_back({.endpoint = host});
}

std::optional<Endpoint> CanaryPool::next(Instant now) {
  if (hosts_.empty() || now < free_at_) return std::nullopt;
  const auto host = std::ranges::min_element(hosts_, {}, &Host::free_at);
  if (now < host->free_at) return std::nullopt;
  free_at_ = now + gap_min;
  host->free_at = now + host_gap;
  const Endpoint endpoint = host->endpoint;
  if (++host->asked == host_questions_max) hosts_.erase(host);
  return endpoint;
}

void CanaryPool::drop(const Endpoint& host) {
  std::erase_if(hosts_, [&](const Host& each) { return each.endpoint == host; });
}

Duration CanaryPool::gap() const {
  return hosts_.empty() ? never - Instant{} : std::max(gap_min, host_gap / static_cast<std::int64_t>(hosts_.size()));
}

}  // namespace atonce
