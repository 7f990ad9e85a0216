#pragma once

#include <optional>
#include <string>

#include "atonce/jobs/hurl/render.h"

namespace atonce::hurl {

/// One answer, asked again and again: what is worked out once is kept.
class Examination {
 public:
  Examination(const Answer& answer, const Scope& scope) : answer_(answer), scope_(scope) {}

  /// What a query finds, with its filters.
  Evaluated<Found> find(const Query& query);
  /// The body as text, by the charset of its Content-Type. A complaint is the end of "the body ...".
  const Parsed<std::string>& text();
  /// The body as JSON.
  const Parsed<Value>& json();
  /// All of the body; a complaint when there is more of it than was kept.
  Parsed<std::string_view> bytes() const;
  const Answer& answer() const { return answer_; }

 private:
  Evaluated<Found> look(const Query& query);
  Evaluated<Found> of_fields(const Query& query);
  Evaluated<Found> of_cookies(const Query& query);
  Evaluated<Found> of_certificate(const Query& query);
  Evaluated<Found> of_body(const Query& query);
  Evaluated<Found> of_text(const Query& query);

  const Answer& answer_;
  const Scope& scope_;
  std::optional<Parsed<std::string>> text_;
  std::optional<Parsed<Value>> json_;
};

}  // namespace atonce::hurl
