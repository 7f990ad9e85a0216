#include "atonce/jobs/hurl/jsonpath_tree.h"

namespace atonce::hurl {

bool PathQuery::singular() const {
  for (const Segment& segment : segments) {
    if (segment.descendant || segment.selectors.size() != 1) return false;
    const Selector::Kind kind = segment.selectors.front().kind;
    if (kind != Selector::Kind::name && kind != Selector::Kind::index) return false;
  }
  return true;
}

/// RFC 9485 5.4: a dot outside of a character class stands for [^\n\r].
Parsed<Regex> parse_i_regexp(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      out.append(pattern.substr(i++, 2));
    } else if (c == '.' && !in_class) {
      out += "[^\\n\\r]";
    } else {
      if (c == '[') in_class = true;
      if (c == ']') in_class = false;
      out += c;
    }
  }
  return Regex::parse(out);
}

}  // namespace atonce::hurl
