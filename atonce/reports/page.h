#pragma once

#include <span>
#include <string>
#include <string_view>

namespace atonce {

/// A page of HTML that shows results: each of `sections` is the JSON of one, as `compare --json` prints it and
/// docs/report.md describes it. The page is a viewer of that JSON, which it holds as it is.
///
/// The page is one file and needs no other: a content security policy allows exactly the script and the style in it
/// and nothing from anywhere else, so no request leaves it. Nothing in a section can become markup or script: within
/// their element, `<`, `>`, `&` and the separators of lines are escapes of JSON, and the script puts every word into
/// the page as text. Source: HTML Living Standard 4.12.1.3 (what a script element may hold), Content Security Policy
/// Level 3.
std::string write_page(std::string_view title, std::span<const std::string> sections);

/// A text of JSON that can stand in a script element of HTML. Valid JSON stays valid and of the same value; control
/// characters and bytes that are not UTF-8 become escapes.
std::string write_json_for_html(std::string_view json);

}  // namespace atonce
