#include "atonce/model/verdict.h"

namespace atonce {

std::string_view name_of(Blame blame) {
  constexpr std::array<std::string_view, 6> names{"", "target", "path", "resolver", "local", "config"};
  return names[static_cast<std::size_t>(blame)];
}

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (const VerdictRow& row : all_verdicts)
    if (row.name == name) return row.verdict;
  return std::nullopt;
}

}  // namespace atonce
