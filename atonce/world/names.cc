#include "atonce/world/names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "atonce/world/fate.h"

namespace atonce {
namespace {

using namespace std::string_view_literals;

// No onset holds a vowel and no nucleus a consonant, so syllables cannot run into each other: distinct numbers give
// distinct labels.
constexpr std::array onsets{"b"sv, "c"sv, "d"sv, "f"sv, "g"sv,  "h"sv,  "k"sv,  "l"sv,  "m"sv,  "n"sv,  "p"sv,  "r"sv,
                            "s"sv, "t"sv, "v"sv, "z"sv, "br"sv, "ch"sv, "cl"sv, "dr"sv, "sh"sv, "st"sv, "tr"sv, "gl"sv};
constexpr std::array nuclei{"a"sv, "e"sv, "i"sv, "o"sv, "u"sv, "ea"sv, "oo"sv, "ia"sv};
constexpr std::array codas{""sv, "n"sv, "r"sv, "s"sv, "t"sv, "x"sv, "ly"sv, "ck"sv};

struct TopLevel {
  std::string_view name;
  unsigned share;
};
constexpr std::array top_levels{
    TopLevel{"com", 480},  TopLevel{"net", 70},    TopLevel{"org", 65}, TopLevel{"de", 45}, TopLevel{"ru", 45},
    TopLevel{"co.uk", 35}, TopLevel{"com.br", 30}, TopLevel{"jp", 30},  TopLevel{"fr", 28}, TopLevel{"it", 24},
    TopLevel{"pl", 22},    TopLevel{"io", 20},     TopLevel{"in", 18},  TopLevel{"nl", 18}, TopLevel{"info", 16},
    TopLevel{"cn", 16},    TopLevel{"com.au", 14}, TopLevel{"co", 12},  TopLevel{"app", 6}, TopLevel{"dev", 6}};

/// Labels of `syllables` number at least 2^capacity_bits: 192 syllables (7.58 bits) each, and eight endings (3 bits).
constexpr unsigned capacity_bits(unsigned syllables) { return std::min(64u, syllables * 758 / 100 + 3); }

/// A seeded permutation of the numbers below 2^bits: every step can be undone.
std::uint64_t permute(std::uint64_t value, unsigned bits, std::uint64_t seed) {
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  for (std::uint64_t round = 0; round < 3; ++round) {
    value = (value + mix_bits(seed, round)) & mask;
    value = (value * (mix_bits(seed, round + 8) | 1)) & mask;
    value ^= value >> (bits / 2);
  }
  return value;
}

std::string_view top_level_of(std::uint64_t bits) {
  constexpr unsigned sum = 1000;
  auto point = static_cast<unsigned>(below(bits, sum));
  for (const TopLevel& row : top_levels) {
    if (point < row.share) return row.name;
    point -= row.share;
  }
  return top_levels.front().name;
}

}  // namespace

void append_world_name(std::string& name, std::uint64_t seed, std::uint64_t rank) {
  unsigned syllables = 2;
  std::uint64_t number = rank - 1;
  for (; capacity_bits(syllables) < 64 && number >> capacity_bits(syllables) != 0; ++syllables)
    number -= std::uint64_t{1} << capacity_bits(syllables);
  number = permute(number, capacity_bits(syllables), mix_bits(seed, syllables));

  const std::string_view coda = codas[number % codas.size()];
  number /= codas.size();
  for (unsigned i = 0; i < syllables; ++i) {
    name += onsets[number % onsets.size()];
    number /= onsets.size();
    name += nuclei[number % nuclei.size()];
    number /= nuclei.size();
  }
  name += coda;
  name += '.';
  name += top_level_of(mix_bits(seed, rank));
}

std::string world_name(std::uint64_t seed, std::uint64_t rank) {
  std::string name;
  append_world_name(name, seed, rank);
  return name;
}

}  // namespace atonce
