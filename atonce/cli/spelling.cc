#include "atonce/cli/spelling.h"

#include <algorithm>
#include <vector>

namespace atonce {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  constexpr std::size_t letters_max = 64;  // Nothing that long is a slip of the finger.
  if (from.size() > letters_max || to.size() > letters_max) return std::max(from.size(), to.size());
  std::vector<std::vector<std::size_t>> cost(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) {
    for (std::size_t j = 0; j <= to.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t changed = cost[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      cost[i][j] = std::min({changed, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[from.size()][to.size()];
}

std::string_view nearest_word(std::string_view typed, std::span<const std::string_view> words) {
  const std::size_t slips_max = std::max<std::size_t>(1, typed.size() / 2);
  std::string_view nearest;
  long least = 0;
  for (const std::string_view word : words) {
    const bool begun = typed.size() >= 3 && word.starts_with(typed);
    const std::size_t slips = begun ? 1 : edit_distance(typed, word);
    if (slips > slips_max || slips >= word.size()) continue;
    // People rarely miss the beginning of a word: "retry" means "retries" rather than "rate".
    const auto common = std::ranges::mismatch(typed, word).in1 - typed.begin();
    const long score = 2 * static_cast<long>(slips) - static_cast<long>(common);
    if (!nearest.empty() && score >= least) continue;
    least = score;
    nearest = word;
  }
  return nearest;
}

std::string either(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace atonce
