#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"

namespace atonce {

/// Splits one line into its cells by RFC 4180: commas, and double quotes around a cell that holds a comma or, doubled,
/// a quote.
///
/// A line is the unit of the account, so a quoted cell ends on the line where it began. A quote inside a cell that does
/// not begin with one is taken as it is. One object serves many lines and keeps its buffers.
class CsvRow {
 public:
  /// Returns the cells of `line`; they last until the next call and as long as `line`.
  Parsed<const std::vector<std::string_view>*> split(std::string_view line);

 private:
  std::vector<std::string_view> cells_;
  std::string unquoted_;  ///< Cells that had doubled quotes; reserved for a whole line, so that views into it stay.
};

}  // namespace atonce
