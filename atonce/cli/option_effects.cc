#include "atonce/cli/option_effects.h"

#include <fmt/format.h>

#include <algorithm>

#include <array>

#include "atonce/cli/set_field.h"
#include "atonce/cli/values.h"

namespace atonce {
namespace {

constexpr std::uint64_t limit_max = 1'000'000'000'000;
constexpr std::uint64_t window_max = 10'000'000;
constexpr std::uint64_t retries_max = 100;
constexpr std::uint64_t loops_max = 1'024;
constexpr std::uint64_t confirm_max = 5;  // Who was silent six times over, minutes apart, is silent.

Parsed<void> choose_family(Invocation& invocation, AddressChoice family) {
  AddressChoice& chosen = invocation.plan.probe.family;
  if (chosen != AddressChoice::any && chosen != family)
    return complain("-4 and -6 exclude each other; leave both out to use either");
  chosen = family;
  return {};
}

Parsed<void> choose_mode(Invocation& invocation, AddressMode mode) {
  AddressMode& chosen = invocation.plan.probe.mode;
  if (chosen != AddressMode::first && chosen != mode)
    return complain(
        "--all-addresses tries every address, --happy-eyeballs stops at the first that answers: choose one");
  chosen = mode;
  return {};
}

Parsed<void> choose_format(Invocation& invocation, ResultFormat format) {
  ResultFormat& chosen = invocation.plan.output.format;
  if (chosen != ResultFormat::text && chosen != format)
    return complain("one run has one result format: --json, --csv or --format");
  chosen = format;
  return {};
}

Parsed<void> keep_something_or_nothing(const RunFolderOptions& run) {
  if (run.none && run.resume) return complain("--no-run keeps nothing, so there is nothing for --resume to carry on");
  if (run.none && !run.path.empty())
    return complain("--run keeps the run in a folder, --no-run keeps nothing: choose one");
  return {};
}

}  // namespace

Parsed<void> apply_ports(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.input.ports, parse_ports(fmt::format("{}", fmt::join(values, ","))));
}

Parsed<void> apply_limit(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.input.limit, parse_number(values.back(), 1, limit_max));
}

Parsed<void> apply_unique(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.input.unique = true;
  return {};
}

Parsed<void> apply_concurrency(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.pacing.window, parse_number(values.back(), 1, window_max));
}

Parsed<void> apply_rate(Invocation& invocation, const Values& values, const KnownNames&) {
  Pacing& pacing = invocation.plan.pacing;
  pacing.automatic = values.back() == "auto";
  if (!pacing.automatic) return set(pacing.rate, parse_rate(values.back()));
  pacing.rate.reset();
  return {};
}

Parsed<void> apply_strategies(Invocation& invocation, const Values& values, const KnownNames& names) {
  std::vector<StrategyChoice> choices;
  for (const std::string& value : values) {
    for (const std::string_view part : split_commas(value)) {
      Parsed<StrategyChoice> choice = parse_strategy(part, names.strategies);
      if (!choice) return std::unexpected(std::move(choice.error()));
      const auto is_same = [&](const StrategyChoice& other) {
        return other.name == choice->name && other.count == choice->count;
      };
      if (std::ranges::any_of(choices, is_same)) return complain(fmt::format("{} is named twice", part));
      choices.push_back(std::move(*choice));
    }
  }
  if (invocation.command != Command::compare && choices.size() > 1)
    return complain("one run has one strategy; atonce compare runs several side by side");
  invocation.plan.strategies = std::move(choices);
  return {};
}

Parsed<void> apply_loops(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.loops, parse_number(values.back(), 1, loops_max));
}

Parsed<void> apply_engine(Invocation& invocation, const Values& values, const KnownNames&) {
  struct Row {
    std::string_view name;
    EngineChoice engine;
  };
  constexpr std::array rows{Row{"auto", EngineChoice::automatic}, Row{"ring", EngineChoice::ring},
                            Row{"epoll", EngineChoice::epoll}};
  for (const Row& row : rows)
    if (row.name == values.back()) return set(invocation.plan.engine, Parsed<EngineChoice>(row.engine));
  return complain("the engines are auto, ring (io_uring) and epoll");
}

Parsed<void> apply_connect_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  Plan& plan = invocation.plan;
  const Parsed<void> done = set(plan.probe.connect_timeout, parse_duration(values.back()));
  plan.fetch.timeouts.connect = plan.probe.connect_timeout;
  return done;
}

Parsed<void> apply_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  if (invocation.plan.job == "overlap") return set(invocation.plan.overlap.timeout, parse_duration(values.back()));
  if (invocation.plan.job != "probe") return set(invocation.plan.fetch.timeouts.total, parse_duration(values.back()));
  return set(invocation.plan.probe.timeout, parse_duration(values.back()));
}

Parsed<void> apply_retries(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.probe.retries, parse_number(values.back(), 0, retries_max));
}

Parsed<void> apply_confirm(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.trust.confirm, parse_number(values.back(), 0, confirm_max));
}

Parsed<void> apply_no_canaries(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.trust.canaries = false;
  return {};
}

Parsed<void> apply_exclude(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.politeness.excludes = values;
  return {};
}

Parsed<void> apply_allow_private(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.politeness.allow_private = true;
  return {};
}

Parsed<void> apply_per_address(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.politeness.per_address, parse_number(values.back(), 0, window_max));
}

Parsed<void> apply_per_network(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.politeness.per_network, parse_number(values.back(), 0, window_max));
}

Parsed<void> apply_run(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.run.path = values.back();
  return keep_something_or_nothing(invocation.plan.run);
}

Parsed<void> apply_no_run(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.run.none = true;
  return keep_something_or_nothing(invocation.plan.run);
}

Parsed<void> apply_resume(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.run.resume = true;
  return keep_something_or_nothing(invocation.plan.run);
}

Parsed<void> apply_shown_target(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.run.target = values.back();
  return {};
}

Parsed<void> apply_fault(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.fault = fmt::format("{}", fmt::join(values, ","));
  return {};
}

Parsed<void> apply_resolver(Invocation& invocation, const Values& values, const KnownNames&) {
  ResolverOptions& resolver = invocation.plan.resolver;
  resolver.servers.clear();
  resolver.system = false;
  for (const std::string& value : values) {
    for (const std::string_view part : split_commas(value)) {
      if (part == "system") {
        resolver.system = true;
        continue;
      }
      const Parsed<Endpoint> server = parse_server(part);
      if (!server) return std::unexpected(server.error());
      resolver.servers.push_back(*server);
    }
  }
  if (resolver.system && !resolver.servers.empty())
    return complain("\"system\" asks the machine's own getaddrinfo and cannot be mixed with resolver addresses");
  return {};
}

Parsed<void> apply_dns_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.resolver.timeout, parse_duration(values.back()));
}

Parsed<void> apply_ipv4(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_family(invocation, AddressChoice::v4_only);
}
Parsed<void> apply_ipv6(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_family(invocation, AddressChoice::v6_only);
}

Parsed<void> apply_all_addresses(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_mode(invocation, AddressMode::all);
}
Parsed<void> apply_happy_eyeballs(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_mode(invocation, AddressMode::happy_eyeballs);
}

Parsed<void> apply_output(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the file is empty; \"-\" is standard output");
  invocation.plan.output.path = values.back();
  return {};
}

Parsed<void> apply_page(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the file is empty; \"-\" is standard output");
  invocation.pages.page = values.back();
  return {};
}
Parsed<void> apply_trace(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the file is empty");
  invocation.pages.trace = values.back();
  return {};
}

Parsed<void> apply_jsonl(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_format(invocation, ResultFormat::jsonl);
}
Parsed<void> apply_csv(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_format(invocation, ResultFormat::csv);
}

Parsed<void> apply_format(Invocation& invocation, const Values& values, const KnownNames&) {
  struct Row {
    std::string_view name;
    ResultFormat format;
  };
  constexpr std::array rows{Row{"text", ResultFormat::text},     Row{"jsonl", ResultFormat::jsonl},
                            Row{"json", ResultFormat::jsonl},    Row{"csv", ResultFormat::csv},
                            Row{"sqlite", ResultFormat::sqlite}, Row{"none", ResultFormat::none}};
  for (const Row& row : rows)
    if (row.name == values.back()) return choose_format(invocation, row.format);
  return complain("the result formats are text, jsonl, csv, sqlite and none");
}

Parsed<void> apply_ordered(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.output.ordered = true;
  return {};
}

Parsed<void> apply_quiet(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.output.quiet = true;
  return {};
}

Parsed<void> apply_verbose(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.output.verbosity = static_cast<unsigned>(values.size());
  return {};
}

Parsed<void> apply_dry_run(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.dry_run = true;
  return {};
}

Parsed<void> apply_world(Invocation& invocation, const Values& values, const KnownNames& names) {
  if (invocation.plan.job == "overlap") return apply_overlap_world(invocation, values, names);
  invocation.plan.world = WorldOptions{.profile = values.back()};
  return {};
}

Parsed<void> apply_seed(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.seed, parse_number(values.back(), 1, ~std::uint64_t{0}));
}

Parsed<void> apply_table_json(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.json = true;
  return {};
}

Parsed<void> apply_names(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.world.names, parse_number(values.back(), 1, limit_max));
}

Parsed<void> apply_truth(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the list is empty; \"-\" is standard input");
  invocation.world.truth = values.back();
  return {};
}

Parsed<void> apply_urls(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.world.urls = true;
  return {};
}

Parsed<void> apply_listen(Invocation& invocation, const Values& values, const KnownNames&) {
  for (const std::string& value : values) {
    const Parsed<Endpoint> endpoint = parse_listen(value);
    if (!endpoint) return std::unexpected(endpoint.error());
    invocation.serve.listen.push_back(*endpoint);
  }
  return {};
}

Parsed<void> apply_tls(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.serve.tls = true;
  return {};
}

Parsed<void> apply_authority(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the file is empty");
  invocation.serve.authority = values.back();
  invocation.serve.tls = true;
  return {};
}

Parsed<void> apply_log(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the file is empty");
  invocation.serve.log = values.back();
  return {};
}

}  // namespace atonce
