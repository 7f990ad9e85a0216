#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atonce/jobs/hurl/jsonpath.h"
#include "atonce/jobs/hurl/value.h"
#include "atonce/jobs/regex.h"

// A JSONPath as a tree: what jsonpath_parser.cc makes, and jsonpath.cc walks. Named as in RFC 9535.

namespace atonce::hurl {

struct Logical;

struct Selector {
  enum class Kind : std::uint8_t { name, wildcard, index, slice, filter };
  Kind kind = Kind::wildcard;
  std::string name;
  std::int64_t index = 0;
  std::optional<std::int64_t> start, end;
  std::int64_t step = 1;
  std::unique_ptr<Logical> filter;
};

struct Segment {
  bool descendant = false;
  std::vector<Selector> selectors;
};

struct PathQuery {
  bool relative = false;  ///< begins with "@"
  std::vector<Segment> segments;

  bool singular() const;
};

struct Function {
  enum class Name : std::uint8_t { length, count, match, search, value };
  /// A literal, a query or another function.
  struct Argument {
    std::optional<Value> literal;
    std::unique_ptr<PathQuery> query;
    std::unique_ptr<Function> function;
  };
  Name name = Name::length;
  std::vector<Argument> arguments;
  std::optional<Regex> compiled;  ///< of match and search, when the pattern is a literal that is one

  bool is_logical() const { return name == Name::match || name == Name::search; }
};

/// A side of a comparison: the same three.
using Comparable = Function::Argument;

enum class Comparison : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

struct Logical {
  enum class Kind : std::uint8_t { any_of, all_of, negation, comparison, exists, function };
  Kind kind = Kind::exists;
  std::vector<Logical> operands;  ///< of any_of, all_of, negation
  Comparison comparison = Comparison::equal;
  Comparable left, right;            ///< of comparison
  std::unique_ptr<PathQuery> query;  ///< of exists
  std::unique_ptr<Function> function;
};

/// A pattern of RFC 9485 (I-Regexp), whose dot does not match CR or LF.
Parsed<Regex> parse_i_regexp(std::string_view pattern);

/// The text as a tree, or what is wrong with it.
Parsed<std::unique_ptr<PathQuery>> parse_jsonpath(std::string_view text);

}  // namespace atonce::hurl
