// An exclude list as anybody may write it: it is refused in words, or what each of its lines names is excluded.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "atonce/jobs/exclude_list.h"
#include "atonce/model/escape.h"
#include "atonce/model/network.h"
#include "atonce/protocols/domain_name.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_line(const ExcludeList& list, std::string_view line) {
  if (const auto address = parse_address(line)) {
    require(list.excludes(*address));
  } else if (const auto network = parse_network(line)) {
    require(list.excludes(network->address));
    require(list.excludes(network->last()));
  } else if (const auto name = normalize_name(line); name && name->find_first_not_of("0123456789.-") != name->npos) {
    require(list.excludes(*name));
    require(list.excludes("www." + *name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = ExcludeList::parse(text, "list");
  if (!list) {
    require(safe_for_terminal(list.error().text));
    return 0;
  }
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    check_line(*list, line);
  }
  return 0;
}
