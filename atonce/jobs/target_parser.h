#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atonce/jobs/csv_row.h"
#include "atonce/jobs/host_spec.h"
#include "atonce/model/plan.h"
#include "atonce/protocols/url/url.h"

namespace atonce {

inline constexpr std::size_t input_bytes_max =
    1 << 10;  ///< of a cell kept for the result row: names have 253, URLs rarely more
inline constexpr std::size_t line_bytes_max =
    64 << 10;  ///< of a line of the list: hundreds of columns fit, a lost file does not
inline constexpr std::size_t columns_max = 100;  ///< carried to the result, so that a target stays small

/// One line of a list, understood but not expanded.
struct TargetLine {
  std::uint64_t number = 0;  ///< from 1
  std::string input;         ///< the target's cell, cut at `input_bytes_max`, without passwords
  HostSpec hosts;
  std::optional<Url> url;  ///< where the line names a URL and not hosts
  std::string complaint;   ///< why the line is not a target; empty when it is one
  std::vector<std::pair<std::string, std::string>> columns;

  std::uint64_t host_count() const { return complaint.empty() ? hosts.hosts() : 1; }
};

/// Reads the lines of one list in their order; docs/lists.md says what a list may be.
///
/// A line with a comma, or a quote in front, is a CSV row: its target stands in the column that the header names, else
/// in the second column when the first is a number (`rank,domain`), else in the first. The other columns go along. Any
/// other line is a target by itself. In a list of URLs, a line that begins with http:// or https:// is one URL with all
/// its commas, unless a header made the list CSV; what has no scheme is a host or, with https://, a URL. What cannot be
/// understood becomes a line with a complaint, never an error of the list.
class TargetParser {
 public:
  explicit TargetParser(TargetKind kind = TargetKind::host) : kind_(kind) {}

  /// Reads a line without its '\n' into `into`. False when it asks for nothing: blank, a comment, the header.
  bool parse(std::string_view line, std::uint64_t number, TargetLine& into);
  /// Reports a line of which only the head was kept, because it has more than `line_bytes_max` bytes.
  void refuse_long_line(std::string_view head, std::uint64_t number, TargetLine& into) const;
  /// Reads a target of the command line: one target, never CSV, a comment or nothing.
  void parse_argument(std::string_view argument, std::uint64_t number, TargetLine& into) const;

 private:
  void set_target(std::string_view cell, TargetLine& into) const;
  bool is_whole_url(std::string_view line) const;
  bool take_header(const std::vector<std::string_view>& cells);
  std::size_t target_column(const std::vector<std::string_view>& cells) const;
  void parse_row(const std::vector<std::string_view>& cells, TargetLine& into);
  void carry_column(const std::vector<std::string_view>& cells, std::size_t column, TargetLine& into) const;

  TargetKind kind_;
  CsvRow csv_;
  bool begun_ = false;  ///< The first line that is neither blank nor a comment was seen.
  std::vector<std::string> header_;
  std::optional<std::size_t> header_target_;  ///< the column the header calls "domain", "host", ...
};

}  // namespace atonce
