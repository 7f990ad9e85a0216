#include "atonce/jobs/hurl/options.h"

#include <array>
#include <charconv>
#include <limits>

namespace atonce::hurl {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Out>
std::string truth(std::string_view value, Out& out) {
  if (value != "true" && value != "false") return "takes true or false";
  out = value == "true";
  return {};
}

template <class Out>
std::string length(std::string_view value, Out& out) {
  const std::optional<Duration> read = parse_hurl_duration(value);
  if (!read) return "takes a length of time, as 500ms, 3s, 2m or 1h, of 31 days at most";
  out = *read;
  return {};
}

/// A number of times; -1 is without an end.
std::string times(std::string_view value, std::int64_t& out) {
  const std::optional<std::int64_t> read = integer(value);
  if (!read || *read < -1) return "takes how many times, or -1 for without an end";
  out = *read;
  return {};
}

std::string redirects(std::string_view value, std::optional<std::uint32_t>& out) {
  std::int64_t read = 0;
  if (std::string wrong = times(value, read); !wrong.empty()) return wrong;
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  out = static_cast<std::uint32_t>(read < 0 || read > most ? most : read);
  return {};
}

std::string version(std::string_view value, HttpVersion wanted, std::optional<HttpVersion>& out) {
  bool asked = false;
  std::string wrong = truth(value, asked);
  if (asked) out = wanted;
  return wrong;
}

}  // namespace

std::optional<Duration> parse_hurl_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}};
  constexpr std::int64_t ms_max = std::int64_t{31} * 24 * 3'600'000;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> number = integer(text.substr(0, digits));
  const std::string_view name = text.substr(digits);
  if (!number || *number < 0 || *number > ms_max) return std::nullopt;
  if (name.empty()) return std::chrono::milliseconds(*number);
  for (const Unit& unit : units)
    if (unit.name == name && *number <= ms_max / unit.ms) return std::chrono::milliseconds(*number * unit.ms);
  return std::nullopt;
}

std::string read_option(OptionKind kind, std::string_view value, StepOptions& out) {
  switch (kind) {
    case OptionKind::compressed: return truth(value, out.compressed);
    case OptionKind::connect_timeout: return length(value, out.connect_timeout);
    case OptionKind::delay: return length(value, out.delay);
    case OptionKind::header: return value.find(':') == value.npos ? "takes a field, as \"name: value\"" : "";
    case OptionKind::http11: return version(value, HttpVersion::http11, out.version);
    case OptionKind::http2: return version(value, HttpVersion::http2, out.version);
    case OptionKind::insecure: return truth(value, out.insecure);
    case OptionKind::location: return truth(value, out.location);
    case OptionKind::max_redirs: return redirects(value, out.max_redirs);
    case OptionKind::max_time: return length(value, out.max_time);
    case OptionKind::repeat: return times(value, out.repeat);
    case OptionKind::retry: return times(value, out.retry);
    case OptionKind::retry_interval: return length(value, out.retry_interval);
    case OptionKind::skip: return truth(value, out.skip);
    case OptionKind::user:
      out.user = value;
      return value.find(':') == value.npos ? "takes a user and a password, as \"user:password\"" : "";
    case OptionKind::variable: return value.find('=') == value.npos ? "takes a variable, as \"name=value\"" : "";
    case OptionKind::output_only: return {};
  }
  return {};
}

}  // namespace atonce::hurl
