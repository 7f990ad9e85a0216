// What a number server may answer: a number and the end of its line, or something else; and a number that is written
// again reads back the same.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "atonce/jobs/overlap.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // In memory of exactly its size, so that a byte read beyond it is seen.
  const std::vector<char> came(data, data + std::min(size, number_answer_max));
  const std::string_view text(came.data(), came.size());
  double number = 0.5;
  const AskEnd end = read_number_answer(text, number);
  require(end == AskEnd::answered || number == 0.5);
  require((end == AskEnd::broken) == (!text.contains('\n') && text.size() < number_answer_max));
  if (end != AskEnd::answered) return 0;
  require(std::isfinite(number) && text.ends_with('\n'));
  double again = 0;
  require(read_number_answer(fmt::format("{}\n", number), again) == AskEnd::answered && again == number);
  return 0;
}
