#include "atonce/reports/status_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "atonce/reports/text.h"

namespace atonce {
namespace {

constexpr std::uint16_t is_first = 1 << 15;  ///< of its batch
constexpr std::uint16_t is_known = 1 << 14;  ///< A request of its batch has ended.
constexpr std::uint16_t code_mask = is_known - 1;

}  // namespace

void StatusLists::add(const Outcome& outcome) {
  const Target& target = outcome.target;
  const std::uint64_t first = target.index - target.step, end = target.index + target.members;
  requests_ = std::max(requests_, end);
  if (requests_ > requests_max) {
    codes_ = {};
    return;
  }
  if (codes_.size() < end) codes_.resize(end);
  if ((codes_[first] & is_known) == 0) {
    for (std::uint64_t i = first; i < end; ++i) codes_[i] = is_known;
    codes_[first] |= is_first;
  }
  const std::uint16_t code = outcome.exchange ? outcome.exchange->status_code : std::uint16_t{0};
  codes_[target.index] = static_cast<std::uint16_t>((codes_[target.index] & ~code_mask) | (code & code_mask));
}

std::string StatusLists::write() const {
  if (requests_ > requests_max)
    return fmt::format("the status codes of more than {} requests are not listed here; the rows of --json have them\n",
                       grouped(requests_max));
  std::string text = "[";
  for (const std::uint16_t entry : codes_) {
    if ((entry & is_known) == 0) continue;
    if ((entry & is_first) == 0)
      text += ", ";
    else
      text += text.size() == 1 ? "[" : "], [";
    const int code = entry & code_mask;
    code == 0 ? text += "None" : text += fmt::format("{}", code);
  }
  return text + (text.size() == 1 ? "]\n" : "]]\n");
}

}  // namespace atonce
