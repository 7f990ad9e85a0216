#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace atonce {

/// The one-word answer for a target. The order is the order of the account; `all_verdicts` says what each means.
enum class Verdict : std::uint8_t {
  open,
  closed,
  timeout,
  unreachable,
  no_name,
  no_address,
  dns_failure,
  dns_refused,
  dns_timeout,
  dns_invalid,
  invalid_input,
  excluded,
  special_use,
  local_no_route,
  local_denied,
  local_shortage,
  local_error,
  unfinished,
};
inline constexpr std::size_t verdict_count = 18;

/// Whose the failure is. Our own limits are never the target's.
enum class Blame : std::uint8_t { nobody, target, path, resolver, local, config };

/// A row of the family of verdicts: output, help text and documentation read the same rows.
struct VerdictRow {
  Verdict verdict;
  std::string_view name;    ///< as in `verdict` of a result row
  std::string_view status;  ///< zgrab2's closed set of words, plus dns-* and local-*
  Blame blame;
  std::string_view meaning;
};

constexpr std::array<VerdictRow, verdict_count> all_verdicts{{
    {Verdict::open, "open", "success", Blame::nobody, "a TCP connection was established"},
    {Verdict::closed, "closed", "connection-refused", Blame::target, "the host answered with RST"},
    {Verdict::timeout, "timeout", "connection-timeout", Blame::target, "nobody answered before the deadline"},
    {Verdict::unreachable, "unreachable", "connection-unreachable", Blame::path,
     "a router said that the host cannot be reached"},
    {Verdict::no_name, "no_name", "dns-no-name", Blame::target, "the name does not exist"},
    {Verdict::no_address, "no_address", "dns-no-address", Blame::target, "the name exists but has no address"},
    {Verdict::dns_failure, "dns_failure", "dns-failure", Blame::resolver, "the name servers failed (SERVFAIL)"},
    {Verdict::dns_refused, "dns_refused", "dns-refused", Blame::resolver, "the resolver refused to answer"},
    {Verdict::dns_timeout, "dns_timeout", "dns-timeout", Blame::resolver, "no resolver answered before the deadline"},
    {Verdict::dns_invalid, "dns_invalid", "dns-invalid", Blame::resolver, "the resolver's answer makes no sense"},
    {Verdict::invalid_input, "invalid_input", "invalid-inputs", Blame::config, "the line is not a target"},
    {Verdict::excluded, "excluded", "blocklisted-target", Blame::config, "the exclude list has it"},
    {Verdict::special_use, "special_use", "blocklisted-target", Blame::config,
     "the name leads to a private or special-use address, and --allow-private was not given"},
    {Verdict::local_no_route, "local_no_route", "local-no-route", Blame::local,
     "this machine has no route to the address"},
    {Verdict::local_denied, "local_denied", "local-denied", Blame::local,
     "this machine does not permit the connection"},
    {Verdict::local_shortage, "local_shortage", "local-shortage", Blame::local,
     "this machine ran out of descriptors, ports or memory"},
    {Verdict::local_error, "local_error", "local-error", Blame::local, "something else failed on this machine"},
    {Verdict::unfinished, "unfinished", "local-unfinished", Blame::local,
     "the run was stopped before the target had its answer"},
}};

constexpr const VerdictRow& row_of(Verdict verdict) { return all_verdicts[static_cast<std::size_t>(verdict)]; }
constexpr std::string_view name_of(Verdict verdict) { return row_of(verdict).name; }

/// Nobody answered: the only verdicts that a lost packet can make.
constexpr bool is_silence(Verdict verdict) { return verdict == Verdict::timeout || verdict == Verdict::dns_timeout; }
/// What an outage on our side makes of a healthy target: silence, or an error of the path, the resolver or this
/// machine. An answer of the target itself (open, closed, no_name) is none.
constexpr bool is_voidable(Verdict verdict) {
  const Blame blame = row_of(verdict).blame;
  return is_silence(verdict) || blame == Blame::path || blame == Blame::resolver || verdict == Verdict::local_no_route;
}
std::string_view name_of(Blame blame);  ///< Empty for nobody.
std::optional<Verdict> parse_verdict(std::string_view name);

}  // namespace atonce
