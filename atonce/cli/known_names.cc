#include "atonce/cli/known_names.h"

#include "atonce/strategies/strategy.h"

namespace atonce {
namespace {

template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

}  // namespace

KnownNames known_names() {
  static const std::vector<std::string_view> strategies = names_of(all_strategies());
  static const std::vector<std::string_view> jobs = [] {
    std::vector<std::string_view> names = names_of(all_jobs());
    names.push_back("overlap");  // No job over a list, and in no table of those.
    return names;
  }();
  return {strategies, jobs};
}

}  // namespace atonce
