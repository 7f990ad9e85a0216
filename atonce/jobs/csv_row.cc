#include "atonce/jobs/csv_row.h"

namespace atonce {
namespace {

struct QuotedCell {
  std::string_view cell;
  std::string_view rest;  ///< what follows the closing quote
};

/// Reads the cell whose opening quote was just passed.
Parsed<QuotedCell> read_quoted(std::string_view text, std::string& unquoted) {
  const std::size_t start = unquoted.size();
  std::size_t from = 0;
  for (;;) {
    const std::size_t quote = text.find('"', from);
    if (quote == text.npos) return complain("a quote is opened and not closed on this line");
    const bool doubled = quote + 1 < text.size() && text[quote + 1] == '"';
    if (!doubled && from == 0) return QuotedCell{text.substr(0, quote), text.substr(quote + 1)};
    unquoted.append(text.substr(from, quote - from + (doubled ? 1 : 0)));
    if (!doubled) return QuotedCell{std::string_view(unquoted).substr(start), text.substr(quote + 1)};
    from = quote + 2;
  }
}

}  // namespace

Parsed<const std::vector<std::string_view>*> CsvRow::split(std::string_view line) {
  cells_.clear();
  unquoted_.clear();
  unquoted_.reserve(line.size());
  for (;;) {
    if (line.starts_with('"')) {
      const Parsed<QuotedCell> quoted = read_quoted(line.substr(1), unquoted_);
      if (!quoted) return std::unexpected(quoted.error());
      if (!quoted->rest.empty() && !quoted->rest.starts_with(','))
        return complain("text follows a closing quote; a quote inside a quoted cell is written twice");
      cells_.push_back(quoted->cell);
      line = quoted->rest;
    } else {
      const std::size_t comma = line.find(',');
      cells_.push_back(line.substr(0, comma));
      line = comma == line.npos ? std::string_view() : line.substr(comma);
    }
    if (line.empty()) return &cells_;
    line.remove_prefix(1);
  }
}

}  // namespace atonce
