// Writes random bytes to standard output, for programs that judge generators. Usage, for each of the two generators:
//     example_random_stream [SEED] | dieharder -a -g 200
//     example_random_stream [SEED] plus | ...                  the upper 32 bits, of which uniform samples are made

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "atonce/compute/random_sum.h"

using namespace atonce;

int main(int argc, char** argv) {
  const Lanes lanes(stream_of(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1, 0));
  const bool plus = argc > 2 && std::string_view(argv[2]) == "plus";
  std::vector<Xoshiro256> generators;
  for (std::size_t lane = 0; lane < lane_count; ++lane) generators.push_back(lanes.at(lane));
  std::vector<std::uint32_t> words;
  do {
    words.clear();
    for (int row = 0; row < 1'024; ++row)  // The lanes in turns, as sums take them.
      for (Xoshiro256& generator : generators) {
        const std::uint64_t number = plus ? generator.next_plus() : generator.next();
        words.push_back(static_cast<std::uint32_t>(number >> 32));
        if (!plus) words.push_back(static_cast<std::uint32_t>(number));
      }
  } while (::write(STDOUT_FILENO, words.data(), words.size() * sizeof words[0]) > 0);
}
