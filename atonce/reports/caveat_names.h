#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/reports/comparison_figures.h"

namespace atonce {

/// The names of the strategies for which `holds`, by their place.
template <class Holds>
std::vector<std::string> strategies_where(const ComparisonFigures& figures, Holds holds) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < figures.strategies.size(); ++i)
    if (holds(i)) names.push_back(figures.strategies[i].strategy);
  return names;
}

inline std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

/// "4.05s"; "0" for nothing.
inline std::string in_time(double value_s) {
  return value_s <= 0 ? "0" : write_duration(Duration(std::llround(value_s * 1e9)));
}

}  // namespace atonce
