#include "atonce/cli/threshold.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

using Relation = Threshold::Relation;

struct RelationRow {
  std::string_view sign;
  Relation relation;
};
// The longer ones first.
constexpr std::array relations{RelationRow{">=", Relation::at_least}, RelationRow{"<=", Relation::at_most},
                               RelationRow{">", Relation::more_than}, RelationRow{"<", Relation::less_than}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<double> read_factor(std::string_view text) {
  if (text.ends_with('x')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return value;
}

}  // namespace

Parsed<Threshold> parse_threshold(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return complain(fmt::format("\"{}\" {}; write it as \"async/sequential >= 10\"", escape_for_terminal(text), why));
  };
  for (const RelationRow& row : relations) {
    const std::size_t sign = text.find(row.sign);
    if (sign == text.npos) continue;
    const std::string_view names = text.substr(0, sign);
    const std::size_t slash = names.find('/');
    if (slash == names.npos) return refuse("does not name two to compare");
    const std::string_view left = trimmed(names.substr(0, slash)), right = trimmed(names.substr(slash + 1));
    if (left.empty() || right.empty()) return refuse("does not name two to compare");
    const auto bound = read_factor(trimmed(text.substr(sign + row.sign.size())));
    if (!bound) return refuse("does not end with a number");
    return Threshold{std::string(trimmed(text)), std::string(left), std::string(right), row.relation, *bound};
  }
  return refuse("has none of >= > <= <");
}

}  // namespace atonce
