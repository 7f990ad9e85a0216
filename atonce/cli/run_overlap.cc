#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/overlap_values.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/dns/resolver.h"
#include "atonce/reports/overlap_report.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/machine.h"
#include "atonce/strategies/overlap.h"
#include "atonce/world/number_server.h"

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

/// The server of `--world`, or none; where one runs, it is the one that is asked.
Parsed<std::optional<NumberServerProcess>> start_world(Plan& plan) {
  if (!plan.overlap.world_samples) return std::nullopt;
  constexpr Endpoint anywhere{{.bytes = {127, 0, 0, 1}, .family = Family::v4}, 0};
  auto server = NumberServerProcess::start(anywhere, {.samples = *plan.overlap.world_samples,
                                                      .threads = read_machine_facts().processors,
                                                      .seed = plan.seed + 1,  // Not the streams of our own samples.
                                                      .say = {}});
  if (!server) return std::unexpected(server.error());
  plan.overlap.server = write_endpoint(server->endpoint());
  return std::optional(std::move(*server));
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

ExitCode exit_of(const OverlapRun& run, const OverlapFigures& figures) {
  if (!figures.balances()) return exit_internal;
  if (run.interrupted) return exit_interrupted;
  if (figures.asks_unfinished + figures.parts_unfinished > 0) return exit_internal;
  for (const AskedNumber& asked : run.asks)
    if (asked.end == AskEnd::shortage || asked.end == AskEnd::worker_died) return exit_local_limit;
  return figures.failed + figures.parts_failed > 0 ? exit_threshold : exit_complete;
}

}  // namespace

int run_overlap(const Invocation& invocation) {
  Plan plan = invocation.plan;
  if (plan.seed == 0) plan.seed = fresh_seed();
  const StrategyChoice& choice = plan.strategies.front();
  if (const Parsed<void> fits = check(plan, choice); !fits) return complain_and_exit(fits.error());
  plan.pacing.window = std::max(1u, plan.overlap.asks);
  const Parsed<Staffing> staffing = find_strategy(choice.name)->plan(plan, choice);
  if (!staffing) return complain_and_exit(staffing.error());
  const auto world = start_world(plan);
  if (!world) return complain_and_exit(world.error());
  const auto servers = find_server(plan);
  if (!servers) return complain_and_exit(servers.error());
  if (!plan.output.quiet)
    for (const std::string& note : staffing->notes) remark({note});

  WatchOverlap watch;
  if (plan.output.verbosity > 0)
    watch = [&](const OverlapEvent& event) { tell(write_overlap_event(event, plan.overlap.work) + "\n"); };
  SharedControl control;
  const StopSignals signals(*control);
  const Parsed<OverlapRun> run = run_overlap(plan, choice, *staffing, *servers, *control, watch);
  if (!run) return complain_and_exit(run.error());

  const OverlapFigures figures = measure_overlap(*run);
  const bool json = plan.output.format == ResultFormat::jsonl;
  const ExitCode told = print(json ? write_overlap_json(*run, figures) : write_overlap_text(*run, figures));
  if (!plan.output.quiet || figures.failed + figures.parts_failed > 0)
    for (const std::string& text : overlap_remarks(*run, figures)) remark({text});
  const ExitCode ended = exit_of(*run, figures);
  return ended != exit_complete ? ended : told;
}

}  // namespace atonce
