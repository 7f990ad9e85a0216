// A list as anybody may write it: every line becomes nothing or targets, and each target is either whole or has a
// complaint.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/jobs/target_expander.h"
#include "atonce/jobs/target_parser.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/domain_name.h"
#include "atonce/results/json_text.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_plain_ascii(std::string_view text) {
  for (const char c : text)
    if (c <= 0x20 || c == 0x7f || (c >= 'A' && c <= 'Z')) return false;
  return true;
}

void check_host(const Target& target) {
  require(!target.host.empty() && target.port != 0);
  require(is_plain_ascii(target.host));
  if (target.address) {
    require(target.host == write_address(target.address));
    return;
  }
  require(target.host.size() <= name_bytes_max);
  const auto again = normalize_name(target.host);
  require(again && *again == target.host);
}

void check(const Target& target, std::uint64_t line) {
  require(target.line == line);
  require(target.input.size() <= input_bytes_max);
  require(target.columns.size() <= columns_max);
  if (target.valid()) {
    check_host(target);
  } else {
    require(target.host.empty() && !target.address && target.port == 0);
    require(safe_for_terminal(target.complaint));
  }
  std::string row;
  append_json_string(row, target.input);
  append_json_columns(row, target);
  for (const char c : row) require(c < 0 || c >= 0x20);
}

constexpr std::uint64_t checked_max = 16;

/// A prefix may hold 2^32 addresses; the first targets are checked, and the count.
void check_line(TargetExpander& expander) {
  const std::uint64_t number = expander.line().number;
  expander.start_line();
  const std::uint64_t count = expander.line_targets();
  require(count >= 1 && count <= std::uint64_t{3} << 32);
  Target target;
  std::uint64_t given = 0;
  while (given < checked_max && expander.next(target)) {
    check(target, number);
    ++given;
  }
  require(given == std::min(count, checked_max));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view list(reinterpret_cast<const char*>(data), size);
  TargetParser parser;
  TargetExpander expander({{80, 80}, {443, 444}});
  for (std::uint64_t number = 1; !list.empty(); ++number) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(line.size() < list.size() ? line.size() + 1 : line.size());
    parser.parse_argument(line, number, expander.line());
    check_line(expander);
    if (parser.parse(line, number, expander.line())) check_line(expander);
  }
  return 0;
}
