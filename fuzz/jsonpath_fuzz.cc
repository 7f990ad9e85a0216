// A line with a JSONPath and a document behind it: the path is refused in words, or selects nodes of the document
// within its bounds, and one at most when it says so.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/jobs/hurl/jsonpath.h"
#include "atonce/model/escape.h"

namespace {

using namespace atonce;
using namespace atonce::hurl;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Nothing in it does anything to a terminal but show; backslashes of an escape are fine.
void require_shown(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    require(character.length > 0 && !is_hidden(character.code));
    text.remove_prefix(character.length);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view text = all.substr(0, all.find('\n'));
  const auto path = JsonPath::compile(text);
  if (!path) require_shown(path.error().text);
  const Parsed<Value> document = parse_json(all.substr(std::min(text.size() + 1, all.size())), {.values_max = 10'000});
  if (document) require(*parse_json(write_json(*document)) == *document);
  if (!path || !document) return 0;
  const auto nodes = (*path)->select(*document, {.steps_max = 200'000, .nodes_max = 10'000});
  if (nodes) require(nodes->size() <= ((*path)->singular() ? 1U : 10'000U));
  return 0;
}
