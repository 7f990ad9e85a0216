#include "atonce/cli/prepared_overlap.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "atonce/cli/complain.h"
#include "atonce/cli/overlap_values.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/dns/resolver.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/machine.h"

namespace atonce {
namespace {

// Enough for any honest name.
constexpr std::size_t addresses_tried_max = 8;

/// The addresses of the server; its name is looked up once, before the clock runs.
Parsed<std::vector<Endpoint>> find_server(const Plan& plan) {
  const auto place = parse_host_port(plan.overlap.server);
  if (!place) return std::unexpected(place.error());
  const auto& [host, port] = *place;
  if (const auto literal = parse_address(host)) return std::vector<Endpoint>{{*literal, port}};
  Parsed<ResolverConfig> config = read_resolver_config(plan.resolver);
  if (!config) return std::unexpected(config.error());
  const std::unique_ptr<Io> io = make_epoll_io();
  config->ipv6_usable = has_ipv6_route(*io);
  Lookup found;
  io->run([](Io& on, ResolverConfig how, std::string name, Lookup* into) -> Task<void> {
    co_await with_resolver(on, std::move(how), [&](Resolver& resolver) -> Task<void> {
      *into = co_await resolver.resolve(name, AddressChoice::any);
    });
  }(*io, std::move(*config), host, &found));
  if (!found)
    return complain(
        fmt::format("the server {} has no address: {}", escape_for_terminal(host), name_of(found.error().verdict)));
  std::vector<Endpoint> servers;
  for (const IpAddress& address : std::span(*found).first(std::min(found->size(), addresses_tried_max)))
    servers.push_back({address, port});
  return servers;
}

/// The server of `--world`; it is the one that is asked.
Parsed<NumberServerProcess> start_world(Plan& plan) {
  constexpr Endpoint anywhere{{.bytes = {127, 0, 0, 1}, .family = Family::v4}, 0};
  auto server = NumberServerProcess::start(anywhere, {.samples = *plan.overlap.world_samples,
                                                      .threads = read_machine_facts().processors,
                                                      .seed = plan.seed + 1,  // Not the streams of our own samples.
                                                      .say = {}});
  if (server) plan.overlap.server = write_endpoint(server->endpoint());
  return server;
}

Parsed<void> check(const Plan& plan, const StrategyChoice& choice) {
  const OverlapOptions& options = plan.overlap;
  if (options.asks == 0 && options.parts == 0) return complain("--ask 0 and --compute 0 leave nothing to do");
  if (options.work.kind == WorkKind::sha256 && options.parts > 1)
    return complain("a hash is computed from the first byte to the last, in one part: leave --compute out");
  if (choice.name == "async" && choice.count)
    return complain("async asks for everything at once here, so it takes no number; --loops says how many loops");
  if (choice.name != "async" && plan.loops) return complain("--loops is for --strategy async");
  return {};
}

}  // namespace

Parsed<void> check_overlap(const Plan& plan) {
  for (const StrategyChoice& choice : plan.strategies)
    if (const Parsed<void> fits = check(plan, choice); !fits) return fits;
  return {};
}

Parsed<PreparedOverlap> prepare_overlap(const Plan& asked) {
  PreparedOverlap setting{.plan = asked};
  Plan& plan = setting.plan;
  if (plan.seed == 0) plan.seed = fresh_seed();
  if (const Parsed<void> fits = check_overlap(plan); !fits) return std::unexpected(fits.error());
  plan.pacing.window = std::max({1u, plan.overlap.asks, plan.overlap.parts});  // As many loops as there is work for.
  if (plan.overlap.world_samples) {
    auto world = start_world(plan);
    if (!world) return std::unexpected(world.error());
    setting.world.emplace(std::move(*world));
  }
  auto servers = find_server(plan);
  if (!servers) return std::unexpected(servers.error());
  setting.servers = std::move(*servers);
  return setting;
}

}  // namespace atonce
