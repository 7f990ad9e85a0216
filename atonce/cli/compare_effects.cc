// What the options of `compare` mean.

#include <fmt/format.h>

#include <algorithm>

#include "atonce/cli/option_effects.h"
#include "atonce/cli/peer_choice.h"
#include "atonce/cli/set_field.h"
#include "atonce/cli/threshold.h"
#include "atonce/cli/values.h"

namespace atonce {
namespace {

constexpr std::uint64_t rounds_max = 1'000;

Parsed<void> choose_report(CompareRequest& compare, ReportFormat format) {
  if (compare.format != ReportFormat::table && compare.format != format)
    return complain("one comparison has one report: --json or --markdown");
  compare.format = format;
  return {};
}

}  // namespace

Parsed<void> apply_rounds(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.rounds, parse_number(values.back(), 1, rounds_max));
}

Parsed<void> apply_warm_ups(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.compare.warm_ups, parse_number(values.back(), 0, rounds_max));
}

Parsed<void> apply_report_json(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_report(invocation.compare, ReportFormat::json);
}
Parsed<void> apply_report_markdown(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_report(invocation.compare, ReportFormat::markdown);
}

Parsed<void> apply_thresholds(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.compare.thresholds.clear();
  for (const std::string& value : values) {
    Parsed<Threshold> threshold = parse_threshold(value);
    if (!threshold) return std::unexpected(std::move(threshold.error()));
    invocation.compare.thresholds.push_back(std::move(*threshold));
  }
  return {};
}

Parsed<void> apply_peers(Invocation& invocation, const Values& values, const KnownNames& names) {
  invocation.compare.peers.clear();
  for (const std::string& value : values) {
    Parsed<PeerChoice> peer = parse_peer(value, names.strategies);
    if (!peer) return std::unexpected(std::move(peer.error()));
    if (std::ranges::find(invocation.compare.peers, peer->name, &PeerChoice::name) != invocation.compare.peers.end())
      return complain(fmt::format("there are two peers called {}", peer->name));
    invocation.compare.peers.push_back(std::move(*peer));
  }
  return {};
}

Parsed<void> apply_peer_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.compare.peer_timeout, parse_duration(values.back()));
}

}  // namespace atonce
