#include "atonce/reports/page.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "atonce/model/escape.h"
#include "atonce/reports/markup.h"
#include "atonce/reports/page_assets.h"

namespace atonce {
namespace {

std::uint32_t nibble_of(char digit) {
  return static_cast<std::uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/// As a content security policy names what it allows.
std::string source_of(const PageAsset& asset) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char digit : asset.sha256) {
    bits = bits << 4 | nibble_of(digit);
    for (held += 4; held >= 6; held -= 6) encoded += letters[bits >> (held - 6) & 63];
  }
  if (held > 0) encoded += letters[bits << (6 - held) & 63];
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  return fmt::format("'sha256-{}'", encoded);
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
      source_of(page_script()), source_of(page_style()));
}

bool stays(const Character& character) {
  const char32_t code = character.code;
  if (character.length == 0 || code == U'<' || code == U'>' || code == U'&') return false;
  return code == U'\n' || code == U'\t' || (code >= U' ' && code != 0x7f && code != 0x2028 && code != 0x2029);
}

}  // namespace

std::string write_json_for_html(std::string_view json) {
  std::string text;
  text.reserve(json.size() + json.size() / 16);
  while (!json.empty()) {
    const Character character = first_character(json);
    const std::size_t length = character.length == 0 ? 1 : character.length;
    if (stays(character))
      text += json.substr(0, length);
    else if (character.code == U'\r')
      text += '\n';  // HTML would make that of it; between tokens they are the same.
    else
      text += fmt::format("\\u{:04x}", character.length == 0 ? 0xfffdu : static_cast<unsigned>(character.code));
    json.remove_prefix(length);
  }
  return text;
}

std::string write_page(std::string_view title, std::span<const std::string> sections) {
  const std::string shown = xml_text(escape_for_terminal(title));
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      policy(), shown, page_style().text);
  page += fmt::format("<header><h1>{}</h1></header>\n<main>\n", shown);
  page +=
      "<noscript><p>This page draws its charts and tables with a script that it holds itself; no request leaves it. "
      "Without JavaScript the results can be read as JSON in its source, or as a table with "
      "<code>atonce compare</code>.</p></noscript>\n</main>\n";
  page +=
      "<footer>Written by atonce " ATONCE_VERSION ". The page holds its data as JSON and needs no network.</footer>\n";
  for (const std::string& section : sections) {
    page += "<script type=\"application/json\" class=\"section\">";
    page += write_json_for_html(section);
    page += "</script>\n";
  }
  page += fmt::format("<script>{}</script>\n</body>\n</html>\n", page_script().text);
  return page;
}

}  // namespace atonce
