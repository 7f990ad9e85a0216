#include "atonce/jobs/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>

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

}  // namespace atonce
