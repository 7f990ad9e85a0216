#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/value.h"
#include "atonce/model/result.h"

namespace atonce::hurl {

struct PathQuery;

/// What a JSONPath may cost: "$..*..*..*" asks for more than any document can give.
struct JsonPathLimits {
  static constexpr std::size_t text_bytes_max = 64 << 10;
  static constexpr unsigned nesting_max = 64;  ///< of brackets and parentheses in each other
  std::uint64_t steps_max = 20'000'000;        ///< values looked at, names compared, bytes matched by 64
  std::size_t nodes_max = 1'000'000;           ///< selected at once
};

/// A JSONPath of RFC 9535: names, wildcards, indices, slices, filters, descendants, and the functions length, count,
/// match, search and value. Regular expressions are RFC 9485's (I-Regexp). A value of any thread may be asked at once.
class JsonPath {
 public:
  /// Complains with the character where the text stops being a JSONPath, and of expressions that are not well-typed.
  static Parsed<std::shared_ptr<const JsonPath>> compile(std::string_view text);
  ~JsonPath();

  /// True when it selects one node at most, whatever the document: only names and indices.
  bool singular() const;

  /// The nodes of `document`, in its order; they last as long as it does. Complains when it costs more than `limits`.
  Parsed<std::vector<const Value*>> select(const Value& document, const JsonPathLimits& limits = {}) const;

 private:
  explicit JsonPath(std::unique_ptr<PathQuery> query);
  std::unique_ptr<PathQuery> query_;
};

}  // namespace atonce::hurl
