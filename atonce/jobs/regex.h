#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// A regular expression in the syntax of RE2 (re2/doc/syntax.txt), over text of unknown origin: it takes time and
/// memory in proportion to the text, whatever either of them is. A cheap copy.
class Regex {
 public:
  /// Text that is not UTF-8 is taken byte by byte.
  enum class Text : bool { utf8, bytes };

  /// Complains in a sentence of what is no expression, or is one that takes more than 8 MiB.
  static Parsed<Regex> parse(std::string_view expression, Text text = Text::utf8);
  /// Finds `literal`, letter for letter.
  static Regex literal(std::string_view literal);

  bool found_in(std::string_view text) const;
  /// The first match: its first group, or all of it when there is none.
  std::optional<std::string_view> first_in(std::string_view text) const;
  bool matches_all_of(std::string_view text) const;
  /// What the first group matched, where the expression is found first; nothing when it is not found, or found without
  /// that group.
  std::optional<std::string_view> first_group_in(std::string_view text) const;
  /// How many groups the expression has.
  int groups() const;
  /// The text with every match replaced; "\1" in `with` is the first group.
  std::string replace_all(std::string_view text, std::string_view with) const;
  /// The same in the words of Rust: $1, ${1} and ${name} in `with` are groups, $$ is a dollar. Nothing when the result
  /// were longer than `bytes_max`.
  std::optional<std::string> expand_all(std::string_view text, std::string_view with, std::size_t bytes_max) const;

 private:
  struct Compiled;
  explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace atonce
