#include "atonce/strategies/witness_names.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr Duration offer_interval = std::chrono::milliseconds(10);
// More would leave each too little time.
constexpr std::size_t servers_max = 3;
// A packet may get lost: each server is asked twice, and given twice the time then.
constexpr unsigned rounds = 2;
constexpr std::int64_t shares = 1 + 2;

bool is_asked_of_servers(std::string_view name) {
  return name.contains('.') && !name.ends_with(".localhost") && !name.ends_with(".onion");
}

}  // namespace

void AnsweredNames::offer(std::string_view name, Instant at) {
  if (at - offered_ < offer_interval || !is_asked_of_servers(name)) return;
  offered_ = at;
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(names_, name) != names_.end()) return;
  if (names_.size() < names_max) {
    names_.emplace_back(name);
  } else {
    names_[oldest_++ % names_max] = name;
  }
}

std::optional<std::string> AnsweredNames::next() {
  const std::lock_guard lock(mutex_);
  if (names_.empty()) return std::nullopt;
  return names_[turn_++ % names_.size()];
}

bool AnsweredNames::empty() const {
  const std::lock_guard lock(mutex_);
  return names_.empty();
}

ResolverConfig config_for_witness(const ResolverConfig& run, Duration patience, std::size_t turn) {
  ResolverConfig config = run;
  config.search.clear();
  config.hosts.reset();
  config.cache_entries_max = 0;
  if (config.servers.empty()) return config;
  std::ranges::rotate(config.servers, config.servers.begin() + static_cast<std::ptrdiff_t>(turn % run.servers.size()));
  config.servers.resize(std::min(config.servers.size(), servers_max));
  config.rounds = rounds;
  config.timeout = patience / (shares * static_cast<std::int64_t>(config.servers.size()));
  return config;
}

Task<bool> is_answered(Io& io, ResolverConfig config, std::string name) {
  co_return co_await with_resolver(io, std::move(config), [&name](Resolver& resolver) -> Task<bool> {
    co_await resolver.resolve(name, AddressChoice::v4_only);
    co_return resolver.counters().answers > 0;
  });
}

}  // namespace atonce
