#pragma once

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atonce/protocols/dns/resolver.h"
#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {

inline constexpr Instant start_of_time(std::chrono::seconds(1'000));
inline const Endpoint first_server = at("192.0.2.53", 53);
inline const Endpoint second_server = at("192.0.2.54", 53);

inline IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }
inline Lookup found(std::initializer_list<std::string_view> literals) {
  Addresses addresses;
  for (const std::string_view literal : literals) addresses.push_back(ip(literal));
  return addresses;
}
inline Verdict verdict(const Lookup& lookup) { return lookup ? Verdict::open : lookup.error().verdict; }

inline std::vector<Packet> silence(const Asked&) { return {}; }
inline std::vector<Packet> one_address(const Asked& asked) {
  if (asked.type != 1) return {respond_negative(asked, 0, 60)};
  return {respond_with(asked, {"192.0.2.1"})};
}

/// A simulated network with name servers, and a resolver that asks them.
class ResolverTest : public ::testing::Test {
 protected:
  void SetUp() override {
    io.host("192.0.2.53").latency(std::chrono::milliseconds(20)),
        io.host("192.0.2.54").latency(std::chrono::milliseconds(20));
  }

  /// Runs the servers and `body(resolver)`.
  template <class Body>
  void with_servers(std::vector<std::pair<Endpoint, Answerer>> servers, Body body) {
    if (config.servers.empty())
      for (const auto& [endpoint, answerer] : servers) config.servers.push_back(endpoint);
    io.run(run_all(&servers, &body));
  }
  template <class Body>
  Task<void> run_all(const std::vector<std::pair<Endpoint, Answerer>>* servers, Body* body) {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (const auto& [endpoint, answerer] : *servers) start_name_server(scope, endpoint, counted(answerer));
      co_await with_resolver(io, config, [&](Resolver& resolver) -> Task<void> {
        co_await (*body)(resolver);
        counters = resolver.counters();
      });
      scope.cancel();
    });
  }
  Answerer counted(Answerer answerer) {
    return [this, answerer = std::move(answerer)](const Asked& asked) {
      asked_names.push_back(asked.name);
      return answerer(asked);
    };
  }
  /// The common case: servers, one name, its verdict and how long that took.
  Lookup resolve(std::vector<std::pair<Endpoint, Answerer>> servers, std::string_view name,
                 AddressChoice family = AddressChoice::v4_only) {
    std::optional<Lookup> lookup;
    with_servers(std::move(servers), [&](Resolver& resolver) -> Task<void> {
      lookup = co_await resolver.resolve(name, family);
      took = io.now() - start_of_time;
    });
    return std::move(*lookup);
  }
  Lookup resolve(Answerer answerer, std::string_view name, AddressChoice family = AddressChoice::v4_only) {
    return resolve({{first_server, std::move(answerer)}}, name, family);
  }

  SimIo io{seed(7)};
  ResolverConfig config{.timeout = std::chrono::seconds(2)};
  ResolverCounters counters;
  std::vector<std::string> asked_names;
  Duration took{};
};

}  // namespace atonce
