#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/tally.h"

namespace atonce {

/// "1,234,567".
std::string grouped(std::uint64_t value);
/// "80.1 %"; a share that is not nothing never reads as 0, and one that is not all never as 100.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// "0.08 %": two decimals, for shares that are mostly small; one that is not nothing never reads as 0.
std::string fine_percent(std::uint64_t part, std::uint64_t whole);
/// "12.3 MiB".
std::string write_bytes(std::uint64_t count);
/// "1,234/s", "0.5/s".
std::string write_rate(double per_second);

using StatusCounts = decltype(Tally::by_status);
/// "2xx 900, 4xx 12"; empty when there is none.
std::string status_counts(const StatusCounts& by_status);

enum class Colour : std::uint8_t { none, bold, dim, red, green, yellow, magenta, cyan };
/// The text in a colour of ECMA-48, or as it is when `colour` is none.
std::string painted(std::string_view text, Colour colour);
Colour colour_of(Verdict verdict);

/// Lines of cells, each column as wide as its widest cell and two spaces from the next.
class Table {
 public:
  enum class Side : std::uint8_t { left, right };
  explicit Table(std::vector<Side> sides) : sides_(std::move(sides)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// One string a row, without line ends or trailing spaces.
  std::vector<std::string> lines() const;
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }
  const std::vector<Side>& sides() const { return sides_; }

 private:
  std::vector<Side> sides_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace atonce
