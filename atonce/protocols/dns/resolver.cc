#include "atonce/protocols/dns/resolver.h"

#include <algorithm>
#include <cerrno>

#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/protocols/dns/name_service.h"
#include "atonce/protocols/dns/system_resolver.h"

namespace atonce {
namespace {

Lookup fail(Verdict verdict, int error = 0) { return std::unexpected(LookupFailure{verdict, error}); }

bool wanted(Family family, AddressChoice choice) {
  return choice == AddressChoice::any || (choice == AddressChoice::v4_only) == (family == Family::v4);
}

bool is_under(std::string_view name, std::string_view top) {
  return name.ends_with(top) && (name.size() == top.size() || name[name.size() - top.size() - 1] == '.');
}

/// The preferred family first, each in the order in which it came; those of the wrong family left out.
Addresses arrange(const Addresses& addresses, AddressChoice choice, bool v6_first) {
  Addresses arranged;
  arranged.reserve(addresses.size());
  for (const bool preferred : {true, false})
    for (const IpAddress& address : addresses)
      if (wanted(address.family, choice) && ((address.family == Family::v6) == v6_first) == preferred)
        arranged.push_back(address);
  return arranged;
}

Addresses loopback_addresses() {
  IpAddress v6{.family = Family::v6};
  v6.bytes[15] = 1;
  return {IpAddress::v4(0x7f000001), v6};
}

/// One family said so, the other that. What is uncertain outweighs what is certain: only two "no address" are one.
Lookup merge(Lookup v6, Lookup v4) {
  if (v6 && v4) {
    v6->insert(v6->end(), v4->begin(), v4->end());
    return v6;
  }
  if (v6) return v6;
  if (v4 || v4.error().verdict == Verdict::no_name) return v4;
  if (v6.error().verdict == Verdict::no_name) return v6;
  return v4.error().verdict == Verdict::no_address ? v6 : v4;
}

}  // namespace

void ResolverCounters::merge(const ResolverCounters& other) {
  questions += other.questions;
  answers += other.answers;
  ignored += other.ignored;
  invalid += other.invalid;
  silent += other.silent;
  over_tcp += other.over_tcp;
  cache_hits += other.cache_hits;
  merged += other.merged;
}

Resolver::Resolver(Io& io, Scope& background, ResolverConfig config)
    : io_(io), config_(std::move(config)), service_(std::make_unique<NameService>(io, background, config_)) {}
Resolver::~Resolver() = default;

const ResolverCounters& Resolver::counters() const { return service_->counters; }

std::optional<Lookup> Resolver::answer_at_once(std::string_view name, AddressChoice family) const {
  if (name.empty()) return fail(Verdict::invalid_input, EINVAL);
  Addresses known;
  const bool perhaps_literal = (name.front() >= '0' && name.front() <= '9') || name.contains(':');
  if (const std::optional<IpAddress> literal = perhaps_literal ? parse_address(name) : std::nullopt) {
    known.push_back(*literal);
  } else if (is_under(name, "localhost")) {
    known = loopback_addresses();
    if (family == AddressChoice::any && !config_.ipv6_usable) known.pop_back();
  } else if (is_under(name, "onion")) {
    return fail(Verdict::no_name);  // RFC 7686 2: never asked for.
  } else if (const Addresses* const entry = config_.hosts ? config_.hosts->find(name) : nullptr) {
    known = arrange(*entry, family, config_.ipv6_usable);
    if (known.empty()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  known = arrange(known, family, config_.ipv6_usable);
  if (known.empty()) return fail(Verdict::no_address);
  return known;
}

// These two are no coroutines: a lookup that waits has no frame for a choice that is made.
Task<Lookup> Resolver::resolve(std::string_view name, AddressChoice family) {
  if (std::optional<Lookup> known = answer_at_once(name, family))
    return [](Lookup answer) -> Task<Lookup> { co_return answer; }(std::move(*known));
  if (config_.system) return resolve_by_system(name, family);
  if (!config_.search.empty() && !name.contains('.')) return resolve_by_search(name, family);
  return resolve_absolute(name, family);
}

Task<Lookup> Resolver::resolve_absolute(std::string_view name, AddressChoice family) {
  switch (family) {
    case AddressChoice::v4_only: return service_->ask(name, RecordType::a);
    case AddressChoice::v6_only: return service_->ask(name, RecordType::aaaa);
    case AddressChoice::any: break;
  }
  return config_.ipv6_usable ? resolve_both(name) : resolve_in_turn(name);
}

Task<Lookup> Resolver::resolve_by_system(std::string_view name, AddressChoice family) {
  Lookup answer = co_await ask_system(io_, std::string(name), family);
  if (answer) answer = arrange(*answer, family, config_.ipv6_usable);
  co_return answer;
}

Task<Lookup> Resolver::resolve_by_search(std::string_view name, AddressChoice family) {
  for (const std::string& suffix : config_.search) {
    const std::string candidate = std::string(name) + '.' + suffix;
    std::optional<Lookup> known = answer_at_once(candidate, family);
    Lookup answer = known ? std::move(*known) : co_await resolve_absolute(candidate, family);
    if (answer || (answer.error().verdict != Verdict::no_name && answer.error().verdict != Verdict::invalid_input))
      co_return answer;
  }
  co_return co_await resolve_absolute(name, family);
}

Task<Lookup> Resolver::resolve_in_turn(std::string_view name) {
  Lookup v4 = co_await service_->ask(name, RecordType::a);
  if (v4 || v4.error().verdict != Verdict::no_address) co_return v4;
  co_return merge(co_await service_->ask(name, RecordType::aaaa), std::move(v4));
}

Task<Lookup> Resolver::resolve_both(std::string_view name) {
  Lookup v6 = fail(Verdict::unfinished, ECANCELED);
  Lookup v4 = v6;
  co_await with_scope(io_, [&](Scope& scope) -> Task<void> {
    const auto ask = [this, name, &scope](RecordType type, Lookup* into) -> Task<void> {
      *into = co_await service_->ask(name, type);
      if (*into) scope.set_deadline(io_.now() + config_.second_family_patience);
    };
    scope.start(ask, RecordType::aaaa, &v6);
    scope.start(ask, RecordType::a, &v4);
    co_return;
  });
  co_return merge(std::move(v6), std::move(v4));
}

}  // namespace atonce
