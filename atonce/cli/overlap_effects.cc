// What the options of `overlap`, and those of the number server, mean.

#include <fmt/format.h>

#include "atonce/cli/option_effects.h"
#include "atonce/cli/overlap_values.h"
#include "atonce/cli/set_field.h"
#include "atonce/cli/values.h"

namespace atonce {
namespace {

// Each holds a descriptor; a thread or a process of its own under those strategies.
constexpr std::uint64_t asks_max = 10'000;
// More than any machine has cores for.
constexpr std::uint64_t parts_max = 256;
constexpr std::uint64_t samples_max = 1'000'000'000'000;
// Shorter ones are mostly pauses.
constexpr Duration slice_min = std::chrono::microseconds(100);

}  // namespace

Parsed<void> apply_server(Invocation& invocation, const Values& values, const KnownNames&) {
  const auto place = parse_host_port(values.back());
  if (!place) return std::unexpected(place.error());
  invocation.plan.overlap.server = values.back();
  return {};
}

Parsed<void> apply_ask(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.overlap.asks, parse_number(values.back(), 0, asks_max));
}

Parsed<void> apply_work(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.overlap.work, parse_work(values.back()));
}

Parsed<void> apply_compute(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.overlap.parts, parse_number(values.back(), 0, parts_max));
}

Parsed<void> apply_slice(Invocation& invocation, const Values& values, const KnownNames&) {
  const Parsed<Duration> slice = parse_duration(values.back());
  if (slice && *slice < slice_min) return complain("a slice is at least 100us long: shorter ones are mostly pauses");
  return set(invocation.plan.overlap.slice, slice);
}

Parsed<void> apply_overlap_world(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) {
    invocation.plan.overlap.world_samples = WorkSpec::normal_samples;
    return {};
  }
  return set_optional(invocation.plan.overlap.world_samples, parse_number(values.back(), 1, samples_max));
}

Parsed<void> apply_numbers(Invocation& invocation, const Values& values, const KnownNames&) {
  for (const std::string& value : values) {
    const Parsed<Endpoint> endpoint = parse_listen(value);
    if (!endpoint) return std::unexpected(endpoint.error());
    invocation.serve.numbers.push_back(*endpoint);
  }
  return {};
}

Parsed<void> apply_samples(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.serve.samples, parse_number(values.back(), 1, samples_max));
}

}  // namespace atonce
