#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/jobs/hurl/batch.h"
#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/hurl/variables.h"

namespace atonce::hurl {

/// No text of ours grows beyond this, whatever templates and filters do.
inline constexpr std::size_t rendered_bytes_max = 64 << 20;

/// What an evaluation sees.
struct Scope {
  const Variables& variables;
  const Sources& sources;
};

template <class T>
using Evaluated = std::expected<T, Finding>;

inline std::unexpected<Finding> wrong_at(Place place, std::string text) {
  return std::unexpected(Finding{place, std::move(text)});
}

/// A text with its expressions resolved. An unknown variable is a finding at its place.
Evaluated<std::string> render(const Template& text, const Scope& scope);
/// The value of one expression, with its type.
Evaluated<Value> evaluate(const Expression& expression, const Scope& scope);

/// The bytes of a file that a batch names. Names that lead out of the batch's folder are a finding.
Evaluated<std::string> read_named(const Template& name, Place place, const Scope& scope);

/// What a query found: nothing, a value, or nodes: a list whose length only the document knows. A list of nodes with
/// one in it is as good as that one, wherever a filter or a predicate wants no list.
struct Found {
  std::optional<Value> value;
  bool nodes = false;

  /// The value, or the one node; null when there is none, or are none.
  const Value* single() const;
};

Evaluated<Found> apply_filters(Found found, const std::vector<Filter>& filters, const Scope& scope);

/// The nodes of a JSONPath in a document.
Evaluated<Found> apply_jsonpath(const Value& document, const PathText& path, Place place, const Scope& scope);
Evaluated<Regex> compiled(const Pattern& pattern, Place place, const Scope& scope);
Evaluated<Found> apply_xpath(std::string_view document, bool xml, const Template& path, Place place,
                             const Scope& scope);

}  // namespace atonce::hurl
