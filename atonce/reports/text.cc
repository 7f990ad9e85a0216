#include "atonce/reports/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace atonce {

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  if (part == 0 || part == whole) return part == 0 ? "0 %" : "100 %";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (share < 0.05) return "<0.1 %";
  if (share > 99.95) return ">99.9 %";
  return fmt::format("{:.1f} %", share);
}

std::string fine_percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (part > 0 && share < 0.005) return "<0.01 %";
  return fmt::format("{:.2f} %", share);
}

std::string write_bytes(std::uint64_t count) {
  constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(count);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 100 ? 0 : 1, units[unit]);
}

std::string write_rate(double per_second) {
  if (!std::isfinite(per_second) || per_second <= 0) return "0/s";
  if (per_second < 10) return fmt::format("{:.1f}/s", per_second);
  return grouped(static_cast<std::uint64_t>(std::llround(std::min(per_second, 1e15)))) + "/s";
}

std::string status_counts(const StatusCounts& by_status) {
  constexpr std::array<std::string_view, std::tuple_size_v<StatusCounts>> names{"1xx", "2xx", "3xx",
                                                                                "4xx", "5xx", "other"};
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (by_status[i] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", names[i], grouped(by_status[i]));
  return text;
}

std::string painted(std::string_view text, Colour colour) {
  constexpr std::array<std::string_view, 8> codes{"", "1", "2", "31", "32", "33", "35", "36"};
  if (colour == Colour::none) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(colour)], text);
}

Colour colour_of(Verdict verdict) {
  if (is_success(verdict)) return Colour::green;
  switch (row_of(verdict).blame) {
    case Blame::target: return verdict == Verdict::timeout || is_stall(verdict) ? Colour::yellow : Colour::cyan;
    case Blame::path:
    case Blame::resolver: return Colour::magenta;
    case Blame::local:
    case Blame::config: return Colour::red;
    case Blame::nobody: break;
  }
  return Colour::none;
}

std::vector<std::string> Table::lines() const {
  std::vector<std::size_t> widths(sides_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::vector<std::string> lines;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      if (i > 0) line += "  ";
      line += sides_[i] == Side::left ? row[i] + padding : padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace atonce
