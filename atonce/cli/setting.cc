#include "atonce/cli/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "atonce/cli/complain.h"
#include "atonce/jobs/exclude_list.h"
#include "atonce/protocols/dns/resolver.h"
#include "atonce/results/faulty_storage.h"
#include "atonce/runtime/fault_plan.h"
#include "atonce/world/world_command.h"

namespace atonce {
namespace {

/// Moves the run into a simulated internet: its resolver, and its ports where the asked ones cannot be bound.
Parsed<WorldServer> move_into_world(Plan& plan) {
  Parsed<WorldSpec> spec = parse_world_spec(plan.world->profile);
  if (!spec) return std::unexpected(spec.error());
  if (plan.seed != 0) spec->seed = plan.seed;
  const bool of_urls = plan.input.kind != TargetKind::host;
  spec->ports = of_urls ? std::vector<std::uint16_t>{80, 443} : ports_of(plan.input);
  // A probe says nothing; whoever fetches wants to be answered, behind a round trip too.
  if (plan.job == "probe") spec->web = WebKind::off;
  if (plan.job != "probe" && spec->web == WebKind::off) spec->web = web_of_profile(spec->profile);
  Parsed<WorldServer> world = enter_world(*spec);
  if (!world) return world;
  trust_authority_of(*world);
  if (of_urls && (world->port(80) != 80 || world->port(443) != 443))
    return complain(
        "URLs ask for the ports 80 and 443, which this world may not bind: it has no network of its own here (see: "
        "atonce doctor)");
  plan.resolver.servers = {world->resolver()};
  plan.resolver.system = false;
  plan.politeness.allow_private = true;  // Its hosts live in such ranges, close together, and nothing bothers them.
  if (!plan.politeness.per_address) plan.politeness.per_address = 0;
  if (!plan.politeness.per_network) plan.politeness.per_network = 0;
  if (of_urls) return world;
  plan.input.ports.clear();
  for (const std::uint16_t asked : spec->ports) plan.input.ports.emplace_back(world->port(asked), world->port(asked));
  return world;
}

/// Without a network of its own, a world reaches only 127.0.0.0/8: an address of the real network must not be tried by
/// mistake.
Parsed<void> refuse_real_addresses(const Plan& plan, const WorldServer& world) {
  if (world.private_network()) return {};
  for (const std::string& target : plan.input.targets) {
    const auto address = parse_address(target);
    if (address && !address->is_loopback())
      return complain(fmt::format(
          "{} is a real address, and this world has no network of its own to keep it in; give names instead", target));
  }
  return {};
}

/// Every word of `--fault` must mean something to the engines or to the storage.
Parsed<void> check_faults(const std::string& text) {
  const auto io = parse_io_faults(text);
  if (!io) return std::unexpected(io.error());
  const auto storage = parse_storage_faults(text);
  if (!storage) return std::unexpected(storage.error());
  for (const std::string& word : io->unknown)
    if (std::ranges::find(storage->unknown, word) != storage->unknown.end())
      return complain(fmt::format("--fault {}: no such fault", word));
  return {};
}

}  // namespace

Parsed<Setting> prepare(const Invocation& invocation) {
  Setting setting{.plan = invocation.plan, .job = find_job(invocation.plan.job)};
  Plan& plan = setting.plan;
  if (setting.job == nullptr) return complain(fmt::format("there is no job called \"{}\"", plan.job));
  if (setting.job->check != nullptr)
    if (auto possible = setting.job->check(plan); !possible) return std::unexpected(possible.error());
  if (const auto excludes = ExcludeList::read(plan.politeness.excludes); !excludes)
    return std::unexpected(excludes.error());
  if (auto known = check_faults(plan.fault); !known) return std::unexpected(known.error());
  if (std::getenv(std::string(world_variable).c_str()) != nullptr) plan.politeness.allow_private = true;
  if (plan.world && !plan.dry_run) {
    Parsed<WorldServer> world = move_into_world(plan);
    if (!world) return std::unexpected(world.error());
    if (auto allowed = refuse_real_addresses(plan, *world); !allowed) return std::unexpected(allowed.error());
    setting.world.emplace(std::move(*world));
  }
  if (const auto resolver = read_resolver_config(plan.resolver); !resolver) return std::unexpected(resolver.error());
  return setting;
}

std::string write_choice(const StrategyChoice& choice) {
  return choice.count ? fmt::format("{}:{}", choice.name, *choice.count) : choice.name;
}

}  // namespace atonce
