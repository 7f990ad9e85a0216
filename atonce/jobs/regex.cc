#include "atonce/jobs/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::int64_t memory_bytes_max = 8 << 20;

RE2::Options options_of(Regex::Text text) {
  RE2::Options options;
  options.set_max_mem(memory_bytes_max);
  options.set_log_errors(false);
  if (text == Regex::Text::bytes) options.set_encoding(RE2::Options::EncodingLatin1);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(re2::StringPiece text) { return {text.data(), text.size()}; }

/// The group that "$1", "${1}" or "${name}" at the front of a text means, -1 for one that there is not, and how long
/// that is; a length of 0: it is no group.
struct GroupName {
  int group = -1;
  std::size_t length = 0;
};

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

GroupName group_at(std::string_view text, const RE2& expression) {
  const bool braces = text.size() > 1 && text[1] == '{';
  const std::size_t from = braces ? 2 : 1;
  std::size_t end = from;
  while (end < text.size() && is_name(text[end])) ++end;
  if (end == from || (braces && (end >= text.size() || text[end] != '}'))) return {};
  const std::string name(text.substr(from, end - from));
  GroupName found{-1, end + (braces ? 1 : 0)};
  int number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  const auto named = expression.NamedCapturingGroups().find(name);
  if (read.ec == std::errc() && read.ptr == name.data() + name.size())
    found.group = number;
  else if (named != expression.NamedCapturingGroups().end())
    found.group = named->second;
  if (found.group > expression.NumberOfCapturingGroups()) found.group = -1;
  return found;
}

/// Puts `with` behind `out`, with the groups of one match. False when that were longer than `bytes_max`.
bool expand(std::string& out, std::string_view with, const std::vector<re2::StringPiece>& groups, const RE2& expression,
            std::size_t bytes_max) {
  while (!with.empty()) {
    const std::size_t plain = std::min(with.find('$'), with.size());
    out.append(with.substr(0, plain));
    with.remove_prefix(plain);
    if (with.empty()) break;
    const GroupName name = with.starts_with("$$") ? GroupName{} : group_at(with, expression);
    if (name.group >= 0) out.append(view(groups[static_cast<std::size_t>(name.group)]));
    if (name.length == 0) out += '$';
    with.remove_prefix(name.length > 0 ? name.length : with.starts_with("$$") ? 2 : 1);
    if (out.size() > bytes_max) return false;
  }
  return out.size() <= bytes_max;
}

}  // namespace

struct Regex::Compiled {
  Compiled(std::string_view expression, const RE2::Options& options) : expression(piece(expression), options) {}
  RE2 expression;
};

Parsed<Regex> Regex::parse(std::string_view expression, Text text) {
  auto compiled = std::make_shared<const Compiled>(expression, options_of(text));
  if (!compiled->expression.ok())
    return complain(
        fmt::format("this is not a regular expression: {}", escape_for_terminal(compiled->expression.error())));
  return Regex(std::move(compiled));
}

Regex Regex::literal(std::string_view literal) {
  RE2::Options options = options_of(Text::bytes);
  options.set_literal(true);
  return Regex(std::make_shared<const Compiled>(literal, options));
}

bool Regex::found_in(std::string_view text) const { return RE2::PartialMatch(piece(text), compiled_->expression); }

std::optional<std::string_view> Regex::first_in(std::string_view text) const {
  std::array<re2::StringPiece, 2> groups;
  const int wanted = compiled_->expression.NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!compiled_->expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups.data(), wanted))
    return std::nullopt;
  const re2::StringPiece& found = groups[static_cast<std::size_t>(wanted - 1)];
  return std::string_view(found.data(), found.size());
}

std::string Regex::replace_all(std::string_view text, std::string_view with) const {
  std::string replaced(text);
  RE2::GlobalReplace(&replaced, compiled_->expression, piece(with));
  return replaced;
}

bool Regex::matches_all_of(std::string_view text) const { return RE2::FullMatch(piece(text), compiled_->expression); }

int Regex::groups() const { return compiled_->expression.NumberOfCapturingGroups(); }

std::optional<std::string_view> Regex::first_group_in(std::string_view text) const {
  std::array<re2::StringPiece, 2> found;
  if (groups() < 1 || !compiled_->expression.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(), 2) ||
      found[1].data() == nullptr)
    return std::nullopt;
  return view(found[1]);
}

std::optional<std::string> Regex::expand_all(std::string_view text, std::string_view with,
                                             std::size_t bytes_max) const {
  const RE2& expression = compiled_->expression;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups()) + 1);
  const int wanted = groups() + 1;
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() && expression.Match(piece(text), at, text.size(), RE2::UNANCHORED, found.data(), wanted)) {
    const std::size_t start = text.empty() ? 0 : static_cast<std::size_t>(found[0].data() - text.data());
    out.append(text.substr(at, start - at));
    if (!expand(out, with, found, expression, bytes_max)) return std::nullopt;
    at = start + found[0].size();
    if (!found[0].empty()) continue;
    do {  // one character further, or it would be found here for ever
      if (at < text.size()) out += text[at];
      ++at;
    } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  }
  if (at < text.size()) out.append(text.substr(at));
  if (out.size() > bytes_max) return std::nullopt;
  return out;
}

}  // namespace atonce
