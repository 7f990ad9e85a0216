#include "atonce/jobs/hurl/batch.h"

#include <fmt/format.h>

#include "atonce/model/escape.h"

namespace atonce::hurl {

Template Template::of(std::string text) {
  Template made;
  if (!text.empty()) made.pieces.push_back({.text = std::move(text)});
  return made;
}

bool Template::is_literal() const {
  for (const Piece& piece : pieces)
    if (!piece.expression.empty()) return false;
  return true;
}

std::string_view Template::literal() const {
  return pieces.size() == 1 && pieces.front().expression.empty() ? std::string_view(pieces.front().text)
                                                                 : std::string_view();
}

std::string write_finding(std::string_view file, const Finding& finding) {
  return fmt::format("{}:{}:{}: {}", escape_for_terminal(file), finding.place.line, finding.place.column, finding.text);
}

}  // namespace atonce::hurl
