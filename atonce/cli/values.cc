#include "atonce/cli/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "atonce/cli/spelling.h"
#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

constexpr std::uint64_t window_max = 10'000'000;
constexpr std::uint64_t workers_max = 10'000;  // Processes and threads: each has a stack and a place in the scheduler.
constexpr double rate_max = 1e9;
constexpr std::uint16_t dns_port = 53;

std::string quoted(std::string_view text) {
  constexpr std::size_t shown_max = 60;
  const std::string shown = escape_for_terminal(text.substr(0, shown_max));
  return fmt::format("\"{}{}\"", shown, text.size() > shown_max ? "..." : "");
}

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Parsed<std::uint16_t> parse_port(std::string_view text) {
  const auto port = whole(text);
  if (!port || *port < 1 || *port > 65'535)
    return complain(fmt::format("{} is not a port; ports are 1 to 65535", quoted(text)));
  return static_cast<std::uint16_t>(*port);
}

Parsed<std::pair<std::uint16_t, std::uint16_t>> parse_port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const Parsed<std::uint16_t> low = parse_port(text.substr(0, dash));
  if (!low) return std::unexpected(low.error());
  if (dash == text.npos) return std::pair{*low, *low};
  const Parsed<std::uint16_t> high = parse_port(text.substr(dash + 1));
  if (!high) return std::unexpected(high.error());
  if (*high < *low)
    return complain(fmt::format("the port range {} runs backwards; write {}-{}", quoted(text), *high, *low));
  return std::pair{*low, *high};
}

}  // namespace

Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t low, std::uint64_t high) {
  std::string digits(text);
  if (!digits.starts_with(',') && !digits.starts_with('_'))
    std::erase_if(digits, [](char c) { return c == ',' || c == '_'; });
  const auto value = whole(digits);
  if (value && *value >= low && *value <= high) return *value;
  return complain(fmt::format("{} is not a whole number from {} to {}", quoted(text), grouped(low), grouped(high)));
}

std::vector<std::string_view> split_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Parsed<std::vector<std::pair<std::uint16_t, std::uint16_t>>> parse_ports(std::string_view text) {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> ranges;
  std::vector<bool> named(65'536);
  for (const std::string_view part : split_commas(text)) {
    const auto range = parse_port_range(part);
    if (!range) return std::unexpected(range.error());
    for (std::uint32_t port = range->first; port <= range->second; ++port) {
      if (named[port])
        return complain(fmt::format("port {} stands twice in {}; name each port once", port, quoted(text)));
      named[port] = true;
    }
    ranges.push_back(*range);
  }
  return ranges;
}

Parsed<double> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view unit = slash == text.npos ? "s" : text.substr(slash + 1);
  const double period = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  const std::string_view number = text.substr(0, slash);
  double starts = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), starts, std::chars_format::fixed);
  const bool read = error == std::errc{} && end == number.data() + number.size() && std::isfinite(starts);
  if (!read || period == 0)
    return complain(fmt::format("{} is not a rate; write it as 500, 500/s, 30/m or 1000/h", quoted(text)));
  if (starts <= 0) return complain(fmt::format("{} would start nothing; give more than zero", quoted(text)));
  if (starts / period > rate_max) return complain(fmt::format("{} is more than a billion a second", quoted(text)));
  return starts / period;
}

Parsed<StrategyChoice> parse_strategy(std::string_view text, std::span<const std::string_view> names) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (std::ranges::find(names, name) == names.end()) {
    const std::string_view meant = nearest_word(name, names);
    const std::string hint = meant.empty() ? "" : fmt::format(" Did you mean {}?", meant);
    return complain(fmt::format("{} is no strategy; there are {}.{}", quoted(name), either(names), hint));
  }
  StrategyChoice choice{.name = std::string(name)};
  if (colon == text.npos) return choice;
  if (name == "sequential") return complain("sequential runs one job after another and takes no number");
  const Parsed<std::uint64_t> count =
      parse_number(text.substr(colon + 1), 1, name == "async" ? window_max : workers_max);
  if (!count) return complain(fmt::format("the number of {}: {}", quoted(text), count.error().text));
  choice.count = static_cast<std::uint32_t>(*count);
  return choice;
}

Parsed<Endpoint> parse_server(std::string_view text) {
  const auto refuse = [&] {
    return complain(fmt::format(
        "{} is not a resolver; write its address as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, or \"system\"",
        quoted(text)));
  };
  if (const auto bare = parse_address(text)) return Endpoint{*bare, dns_port};
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  if (end == text.npos) return refuse();
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(bracketed ? end + 1 : end);
  const auto address = parse_address(host);
  if (!address || bracketed != (address->family == Family::v6)) return refuse();
  if (rest.empty()) return Endpoint{*address, dns_port};
  if (!rest.starts_with(':')) return refuse();
  const Parsed<std::uint16_t> port = parse_port(rest.substr(1));
  if (!port) return complain(fmt::format("the resolver {}: {}", quoted(text), port.error().text));
  return Endpoint{*address, *port};
}

Parsed<Endpoint> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view host = colon == text.npos ? "127.0.0.1" : text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const auto address = host.empty() ? IpAddress::v4(0)
                       : bracketed  ? parse_address(host.substr(1, host.size() - 2))
                                    : parse_address(host);
  const std::optional<std::uint64_t> port = whole(colon == text.npos ? text : text.substr(colon + 1));
  if (!address || !port || *port > 65'535 || bracketed != (address->family == Family::v6))
    return complain(fmt::format("{} is no place to listen; write 127.0.0.1:8080, [::1]:8080, or :0 for any free port",
                                quoted(text)));
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

bool is_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != text.npos && parse_address(text.substr(0, slash)).has_value() &&
         whole(text.substr(slash + 1)).has_value();
}

}  // namespace atonce
