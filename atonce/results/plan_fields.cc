#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "atonce/results/formats.h"
#include "atonce/results/manifest.h"

namespace atonce {
namespace {

std::string on_off(bool value) { return value ? "on" : "off"; }

/// All digits of it, unlike write_duration: two time-outs that differ are written differently.
std::string exact(Duration duration) { return fmt::format("{}s", seconds(duration)); }

std::string absolute(const std::string& path) {
  std::error_code ignored;
  const auto full = std::filesystem::absolute(path, ignored);
  return ignored ? path : full.lexically_normal().string();
}

std::string ports_text(const InputOptions& input) {
  std::string text;
  for (const auto& [first, last] : input.ports) {
    if (!text.empty()) text += ',';
    text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  return text;
}

std::string resolver_text(const ResolverOptions& resolver) {
  if (resolver.system) return "system";
  if (resolver.servers.empty()) return "those of this machine";
  std::string text;
  for (const Endpoint& server : resolver.servers) text += (text.empty() ? "" : ",") + write_endpoint(server);
  return text;
}

std::string family_text(AddressChoice family) {
  switch (family) {
    case AddressChoice::any: return "both";
    case AddressChoice::v4_only: return "-4";
    case AddressChoice::v6_only: return "-6";
  }
  return {};
}

std::string mode_text(AddressMode mode) {
  switch (mode) {
    case AddressMode::first: return "the first";
    case AddressMode::all: return "--all-addresses";
    case AddressMode::happy_eyeballs: return "--happy-eyeballs";
  }
  return {};
}

std::string excludes_text(const PolitenessOptions& politeness) {
  std::string text;
  for (const std::string& file : politeness.excludes) text += (text.empty() ? "" : ",") + absolute(file);
  return text.empty() ? "none" : text;
}

bool is_stream(const std::string& path) {
  struct stat status{};
  return path == "-" || (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode));
}

/// Through symbolic links, so that what is written is the file they lead to.
std::string resolved(const std::string& path) {
  std::error_code ignored;
  const auto full = std::filesystem::weakly_canonical(absolute(path), ignored);
  return ignored ? absolute(path) : full.string();
}

}  // namespace

std::vector<PlanField> plan_fields(const Plan& plan) {
  const InputOptions& input = plan.input;
  const ProbeOptions& probe = plan.probe;
  const PolitenessOptions& politeness = plan.politeness;
  std::vector<PlanField> fields{
      {"the job", plan.job},
      {"-p", ports_text(input)},
      {"-n", input.limit ? fmt::format("{}", *input.limit) : "all"},
      {"--unique", on_off(input.unique)},
      {"--resolver", resolver_text(plan.resolver)},
      {"--dns-timeout", exact(plan.resolver.timeout)},
      {"the address family", family_text(probe.family)},
      {"the choice of addresses", mode_text(probe.mode)},
      {"--connect-timeout", exact(probe.connect_timeout)},
      {"--timeout", probe.timeout ? exact(*probe.timeout) : "none"},
      {"--retries", fmt::format("{}", probe.retries)},
      {"--confirm", fmt::format("{}", plan.trust.confirm)},
      {"--exclude", excludes_text(politeness)},
      {"--allow-private", on_off(politeness.allow_private)},
      {"--format", std::string(row_of(plan.output.format).name)},
      {"-o", plan.output.path == "-" ? "standard output" : absolute(plan.output.path)},
      {"--ordered", on_off(plan.output.ordered)},
      {"--world", plan.world ? "\"" + plan.world->profile + "\"" : "none"},
      {"--seed", plan.seed == 0 ? "not given" : fmt::format("{}", plan.seed)},
  };
  if (plan.job == "probe") return fields;
  if (plan.job == "write") return write_fields(plan, fields);
  std::erase_if(fields, [](const PlanField& field) { return field.option == "-p" || field.option == "--timeout"; });
  std::ranges::move(fetch_fields(plan), std::back_inserter(fields));
  if (plan.job == "batch") std::ranges::move(batch_fields(plan), std::back_inserter(fields));
  return fields;
}

std::vector<OutputPlace> output_places(const Plan& plan) {
  const OutputOptions& output = plan.output;
  if (output.format == ResultFormat::none) return {};
  std::vector<OutputPlace> places{{ResultFormat::jsonl, "results.jsonl"}};
  // The same file under two names would get every row twice.
  if (resolved(output.path) == resolved(plan.run.path + "/results.jsonl")) return places;
  if (!is_stream(output.path)) {
    places.push_back({output.format, resolved(output.path)});
  } else if (output.format == ResultFormat::csv) {
    places.push_back({ResultFormat::csv, "results.csv"});
  } else if (output.format == ResultFormat::sqlite) {
    places.push_back({ResultFormat::sqlite, "results.sqlite"});
  }
  return places;
}

bool has_stream_output(const Plan& plan) {
  return row_of(plan.output.format).rows != nullptr && is_stream(plan.output.path);
}

}  // namespace atonce
