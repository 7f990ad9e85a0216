#pragma once

#include <string>

#include "atonce/jobs/hurl/render.h"

namespace atonce::hurl {

/// Whether a value is what an assert asks for, and how a person is told.
struct Judgement {
  bool holds = false;
  std::string actual;    ///< `integer <404>`, `none`
  std::string expected;  ///< `integer <200>`, `contains string <abc>`, `not exists`
};

/// A value that cannot be compared with what is expected (a number with a string by >, a list by startsWith) never
/// holds, negated or not. No value at all holds for nothing but `not exists`.
Evaluated<Judgement> judge(const Found& found, const Assert& assert, const Scope& scope);

}  // namespace atonce::hurl
