#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// A whole number from `low` to `high`; commas or underscores between digits are understood, signs and fractions are
/// not.
Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t low, std::uint64_t high);

/// "80,443,8000-8100" as inclusive ranges, in the order given; ports are 1 to 65535.
Parsed<std::vector<std::pair<std::uint16_t, std::uint16_t>>> parse_ports(std::string_view text);

/// "500", "500/s", "30/m", "1000/h" as starts a second, above zero.
Parsed<double> parse_rate(std::string_view text);

/// "async", "threads:20": a name of `names` and how many; `sequential` takes no number.
Parsed<StrategyChoice> parse_strategy(std::string_view text, std::span<const std::string_view> names);

/// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353" as the endpoint of a DNS server; the port is
/// 53 when not given.
Parsed<Endpoint> parse_server(std::string_view text);

/// "127.0.0.1:8080", "[::1]:0", ":8080" (every IPv4 address), "8080" (127.0.0.1) as the endpoint to listen on.
Parsed<Endpoint> parse_listen(std::string_view text);

/// The parts of a comma list; never empty, a part may be.
std::vector<std::string_view> split_commas(std::string_view text);

/// True for what a person means as a range of addresses: "192.0.2.0/24", "2001:db8::/64".
bool is_cidr(std::string_view text);

}  // namespace atonce
