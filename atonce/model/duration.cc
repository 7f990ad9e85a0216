#include "atonce/model/duration.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>

namespace atonce {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};
constexpr std::array units{Unit{"ns", 1.0}, Unit{"us", 1e3},   Unit{"ms", 1e6}, Unit{"s", 1e9},
                           Unit{"m", 60e9}, Unit{"h", 3600e9}, Unit{"", 1e9}};
constexpr double longest_ns = 365.0 * 24 * 3600 * 1e9;

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  const std::string terminated(text);
  const std::size_t digits = terminated.find_first_not_of("0123456789.");
  const std::string number = terminated.substr(0, digits);
  const std::string suffix = digits == std::string::npos ? "" : terminated.substr(digits);
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0')
    return complain(fmt::format("\"{}\" is not a length of time; write it as 1500ms, 3.5s or 2m", text));
  for (const Unit& unit : units) {
    if (unit.name != suffix) continue;
    const double nanoseconds = value * unit.nanoseconds;
    if (nanoseconds < 1.0) return complain(fmt::format("\"{}\" is no time at all; give more than zero", text));
    if (nanoseconds > longest_ns) return complain(fmt::format("\"{}\" is longer than a year", text));
    return Duration(std::llround(nanoseconds));
  }
  return complain(fmt::format("\"{}\" has an unknown unit; the units are ns, us, ms, s, m and h", text));
}

std::string write_duration(Duration duration) {
  const double value = seconds(duration);
  if (value >= 3600) return fmt::format("{}h{:02}m", static_cast<int>(value / 3600), static_cast<int>(value / 60) % 60);
  if (value >= 100) return fmt::format("{}m{:02}s", static_cast<int>(value / 60), static_cast<int>(value) % 60);
  if (value >= 0.9995) return fmt::format("{:.3g}s", value);
  if (value >= 0.9995e-3) return fmt::format("{:.3g}ms", value * 1e3);
  return fmt::format("{:.3g}us", value * 1e6);
}

}  // namespace atonce
