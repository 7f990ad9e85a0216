// What a page holds between its tags, and a title: whatever they are, nothing in them ends an element, and JSON keeps
// its value.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "atonce/model/escape.h"
#include "atonce/reports/page.h"

namespace {

using Json = nlohmann::json;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_utf8(std::string_view text) {
  while (!text.empty()) {
    const atonce::Character character = atonce::first_character(text);
    require(character.length > 0);
    text.remove_prefix(character.length);
  }
}

std::size_t count_of(std::string_view text, char character) {
  std::size_t count = 0;
  for (const char c : text) count += c == character ? 1 : 0;
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string held = atonce::write_json_for_html(text);
  require(held.find_first_of(std::string_view("<>&\0\r\x7f", 6)) == held.npos);
  check_utf8(held);
  // The library takes a NUL for the end.
  const Json before = Json::parse(text.substr(0, text.find('\0')), nullptr, false);
  if (text.find('\0') == text.npos && !before.is_discarded()) require(Json::parse(held, nullptr, false) == before);
  // However the title reads, the page has the same tags.
  static const std::size_t tags = count_of(atonce::write_page("", {}), '<');
  require(count_of(atonce::write_page(text, {}), '<') == tags);
  return 0;
}
