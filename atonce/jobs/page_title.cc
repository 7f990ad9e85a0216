#include "atonce/jobs/page_title.h"

#include <gumbo.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

// As much of the source of a title as is looked at: references are longer than what they stand for.
constexpr std::size_t source_bytes_max = 8 << 10;
constexpr std::size_t meta_bytes_max = 1 << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, lower, [](char c) { return c; });
}

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  const auto found = std::ranges::search(text, word, {}, lower);
  return found.empty() ? text.npos : static_cast<std::size_t>(found.begin() - text.begin());
}

/// "<title" and then the end of its name.
bool is_tag(std::string_view text, std::string_view name) {
  if (!starts_with_ignoring_case(text, name)) return false;
  const char next = text.size() > name.size() ? text[name.size()] : '\0';
  return next == '>' || next == '/' || is_blank(next);
}

/// Behind the tag that begins `text`, whose attributes may hold a '>' in quotes.
std::size_t tag_end(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '>') {
      return i + 1;
    } else if ((c == '"' || c == '\'') && text[i - 1] == '=') {
      quote = c;
    }
  }
  return text.size();
}

/// What stands between the first title's tags, as it is written; nothing when there is none.
std::optional<std::string_view> find_title(std::string_view page) {
  // Their content is text, and no tag in it is one: WHATWG HTML 13.2.5.1 to 4.
  constexpr std::array<std::string_view, 6> raw{"<script", "<style", "<textarea", "<noscript", "<iframe", "<xmp"};
  for (std::size_t at = page.find('<'); at != page.npos; at = page.find('<', at)) {
    const std::string_view rest = page.substr(at);
    if (rest.starts_with("<!--")) {
      const std::size_t end = rest.find("-->", 2);
      if (end == rest.npos) return std::nullopt;
      at += end + 3;
    } else if (is_tag(rest, "<title")) {
      const std::string_view text = rest.substr(tag_end(rest));
      return text.substr(0, find_ignoring_case(text.substr(0, source_bytes_max), "</title"))
          .substr(0, source_bytes_max);
    } else if (const auto name = std::ranges::find_if(raw, [&](auto word) { return is_tag(rest, word); });
               name != raw.end()) {
      const std::size_t end = find_ignoring_case(rest, "</" + std::string(name->substr(1)));
      if (end == rest.npos) return std::nullopt;
      at += end + 2;
    } else {
      at += rest.size() > 1 && (rest[1] == '/' || rest[1] == '!' || lower(rest[1]) != rest[1] ||
                                (rest[1] >= 'a' && rest[1] <= 'z'))
                ? tag_end(rest)
                : 1;
    }
  }
  return std::nullopt;
}

/// Of <meta charset="..."> or http-equiv, near the beginning.
std::string charset_of_meta(std::string_view page) {
  std::string_view head = page.substr(0, meta_bytes_max);
  while (true) {
    const std::size_t meta = find_ignoring_case(head, "<meta");
    if (meta == head.npos) return {};
    head.remove_prefix(meta);
    const std::string_view tag = head.substr(0, tag_end(head));
    head.remove_prefix(tag.size());
    const std::size_t at = find_ignoring_case(tag, "charset=");
    if (at == tag.npos) continue;
    std::string_view value = tag.substr(at + 8);
    while (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
    const auto is_part = [](char c) {
      return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    const auto end = std::ranges::find_if_not(value, is_part);
    return std::string(value.begin(), end);
  }
}

/// In UTF-8, where the character set is known and is another one.
std::string to_utf8(std::string_view text, std::string charset) {
  std::ranges::transform(charset, charset.begin(), lower);
  // What pages call Latin 1 is Windows 1252: WHATWG Encoding 4.2.
  if (charset == "iso-8859-1" || charset == "latin1" || charset == "us-ascii") charset = "windows-1252";
  if (charset.empty() || charset == "utf-8" || charset == "utf8") return std::string(text);
  const iconv_t converter = iconv_open("UTF-8", charset.c_str());
  if (converter == iconv_t(-1)) return std::string(text);
  std::string bytes(text), converted(text.size() * 4 + 16, '\0');
  char* from = bytes.data();
  char* to = converted.data();
  std::size_t left = bytes.size(), room = converted.size();
  while (left > 0 && iconv(converter, &from, &left, &to, &room) == static_cast<std::size_t>(-1)) {
    if (room < 3) break;
    ++from, --left;  // Nothing of this character set: one byte is passed over.
    for (const char c : std::string_view("\xEF\xBF\xBD")) *to++ = c, --room;
  }
  iconv_close(converter);
  converted.resize(converted.size() - room);
  return converted;
}

/// Undoes character references, as a browser does within a title.
std::string undo_references(std::string_view text) {
  const std::string page = "<title>" + std::string(text) + "</title>";
  struct Destroy {
    void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
  };
  const std::unique_ptr<GumboOutput, Destroy> output(
      gumbo_parse_with_options(&kGumboDefaultOptions, page.data(), page.size()));
  const auto child = [](const GumboNode* node, GumboTag tag) -> const GumboNode* {
    const GumboVector& children = node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto* each = static_cast<const GumboNode*>(children.data[i]);
      if (each->type == GUMBO_NODE_ELEMENT && each->v.element.tag == tag) return each;
    }
    return nullptr;
  };
  const GumboNode* head = child(output->root, GUMBO_TAG_HEAD);
  const GumboNode* title = head != nullptr ? child(head, GUMBO_TAG_TITLE) : nullptr;
  if (title == nullptr || title->v.element.children.length == 0) return {};
  return static_cast<const GumboNode*>(title->v.element.children.data[0])->v.text.text;
}

std::string with_single_spaces(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (!is_blank(c))
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

/// No longer than it may be, and no character cut in two.
void cut(std::string& text) {
  if (text.size() <= title_bytes_max) return;
  std::size_t end = title_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

}  // namespace

std::string title_of_page(std::string_view page, std::string_view charset) {
  const std::optional<std::string_view> source = find_title(page);
  if (!source) return {};
  const std::string known = charset.empty() ? charset_of_meta(page) : std::string(charset);
  std::string title = with_single_spaces(undo_references(to_utf8(*source, known)));
  cut(title);
  return title;
}

}  // namespace atonce
