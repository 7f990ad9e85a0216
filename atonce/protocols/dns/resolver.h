#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/verdict.h"
#include "atonce/runtime/scope.h"

namespace atonce {

class HostsFile;
class NameService;

using Addresses = std::vector<IpAddress>;

/// Addresses kept of one answer, at most; a resolver that sends 4,000 harms nothing.
inline constexpr std::size_t addresses_max = 64;

/// Why a name gave no address. One of: no_name, no_address (the target's); dns_failure (SERVFAIL), dns_refused,
/// dns_timeout, dns_invalid (the resolver's); local_shortage, local_no_route, local_denied, local_error (ours);
/// invalid_input (not a name); unfinished (the scope was cancelled).
struct LookupFailure {
  Verdict verdict = Verdict::dns_failure;
  int error = 0;  ///< errno behind it, 0 when there is none

  friend bool operator==(const LookupFailure&, const LookupFailure&) = default;
};

/// At least one address, in the order in which to try them; or why there is none.
using Lookup = std::expected<Addresses, LookupFailure>;

/// Everything a resolver needs to know. Loops and workers share one by value; the hosts file is read once.
struct ResolverConfig {
  std::vector<Endpoint> servers;               ///< asked in this order, those that failed lately last
  std::vector<std::string> search;             ///< suffixes for names without a dot
  std::shared_ptr<const HostsFile> hosts;      ///< none: no file is looked at
  bool system = false;                         ///< ask getaddrinfo(3) on the thread pool instead
  bool ipv6_usable = false;                    ///< this machine can reach IPv6 hosts: see `has_ipv6_route`
  Duration timeout = std::chrono::seconds(1);  ///< for an answer, in the first round; doubles with each round
  unsigned rounds = 3;
  std::size_t cache_entries_max = 65'536;
  /// Fresh questions at a time; further ones wait their turn. A local resolver is easily drowned: ten thousand at once
  /// lose a fifth of the answers of a common one, a thousand lose none. A question that waits for longer than a
  /// resolver takes from its cache is the name's trouble, and makes room for another.
  std::uint32_t in_flight_max = 1'000;
  Duration fresh = std::chrono::milliseconds(200);
  /// How long the second family's answer is waited for once the first has addresses: RFC 8305 3, "Resolution Delay".
  Duration second_family_patience = std::chrono::milliseconds(50);
};

/// Where this machine keeps its name service.
struct ResolverFiles {
  std::string resolv_conf = "/etc/resolv.conf";
  std::string hosts = "/etc/hosts";
};

/// What `options` ask for, completed by this machine's files. A missing file is an empty one (then 127.0.0.1 is the
/// server: resolv.conf(5)). Complains when the file names servers and none can be used.
Parsed<ResolverConfig> read_resolver_config(const ResolverOptions& options, const ResolverFiles& files = {});

/// True when this machine has a route to global IPv6 addresses. Sends nothing.
bool has_ipv6_route(Io& io);

/// What a resolver did; for reports and tests.
struct ResolverCounters {
  std::uint64_t questions = 0;  ///< sent over UDP, repetitions included
  std::uint64_t answers = 0;    ///< matched to a question
  std::uint64_t ignored = 0;    ///< datagrams that answered no question of ours: wrong id or wrong question
  std::uint64_t invalid = 0;    ///< answers to a question of ours that make no sense
  std::uint64_t silent = 0;     ///< questions without an answer in time
  std::uint64_t over_tcp = 0;   ///< truncated answers asked for again
  std::uint64_t cache_hits = 0;
  std::uint64_t merged = 0;  ///< lookups that waited for another's question

  void merge(const ResolverCounters& other);
};

/// A stub resolver: turns names into addresses, one for each loop. Made by `with_resolver`.
///
/// Literals of addresses, `localhost` and everything under it (RFC 6761 6.3) and names of the hosts file are answered
/// at once. A name without a dot is tried with each suffix of the search list first; other names are absolute. For both
/// families IPv6 comes first where it is usable; where it is not, AAAA is asked only of names without an A.
class Resolver {
 public:
  Resolver(Io& io, Scope& background, ResolverConfig config);
  ~Resolver();
  Resolver(const Resolver&) = delete;

  /// Looks `name` up; it must outlive the await. As from `normalize_name` or a literal. Never throws for what comes
  /// from the network. Takes at most the sum of all time-outs over all servers and rounds, plus the wait for its turn;
  /// a deadline of the scope around it may end it earlier, as unfinished.
  Task<Lookup> resolve(std::string_view name, AddressChoice family = AddressChoice::any);

  const ResolverCounters& counters() const;

 private:
  Task<Lookup> resolve_absolute(std::string_view name, AddressChoice family);
  Task<Lookup> resolve_in_turn(std::string_view name);
  Task<Lookup> resolve_both(std::string_view name);
  Task<Lookup> resolve_by_search(std::string_view name, AddressChoice family);
  Task<Lookup> resolve_by_system(std::string_view name, AddressChoice family);
  std::optional<Lookup> answer_at_once(std::string_view name, AddressChoice family) const;

  Io& io_;
  const ResolverConfig config_;
  std::unique_ptr<NameService> service_;
};

/// Runs `body(resolver)`, a coroutine, and gives what it gives. The resolver's receive loops are background tasks: they
/// end with this call.
template <class Body>
auto with_resolver(Io& io, ResolverConfig config, Body body) -> std::invoke_result_t<Body&, Resolver&> {
  using Value = typename std::invoke_result_t<Body&, Resolver&>::value_type;
  std::optional<Resolver> resolver;
  auto run = [&](Scope& scope) -> Task<Value> {
    resolver.emplace(io, scope, std::move(config));
    if constexpr (std::is_void_v<Value>) {
      co_await body(*resolver);
      scope.cancel();
    } else {
      Value value = co_await body(*resolver);
      scope.cancel();
      co_return value;
    }
  };
  if constexpr (std::is_void_v<Value>) {
    co_await with_scope(io, std::ref(run));
  } else {
    co_return co_await with_scope(io, std::ref(run));
  }
}

}  // namespace atonce
