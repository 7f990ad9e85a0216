#pragma once

#include <cstdint>
#include <string_view>

#include "atonce/model/verdict.h"

namespace atonce {

/// How a line begins that another program wrote about a target, as far as it can be held against what we say: a status
/// code of HTTP ("200", and "000" for none, as curl writes it), the name of a verdict ("ok", "open", "timeout"), or
/// something else.
class AnswerWord {
 public:
  constexpr AnswerWord() = default;
  static constexpr AnswerWord of_status(std::uint16_t code) { return AnswerWord(code); }
  static constexpr AnswerWord of_verdict(Verdict verdict) {
    return AnswerWord(static_cast<std::uint16_t>(verdicts_from + static_cast<std::uint16_t>(verdict)));
  }
  /// The first word of a line: all until a space, a tab, a comma or the end.
  static AnswerWord of_line(std::string_view line);

  bool is_status() const { return value_ < verdicts_from; }
  bool is_verdict() const { return value_ >= verdicts_from && value_ != nothing; }
  std::uint16_t status() const { return value_; }  ///< Where `is_status`.
  Verdict verdict() const { return static_cast<Verdict>(value_ - verdicts_from); }

  friend bool operator==(AnswerWord, AnswerWord) = default;

 private:
  static constexpr std::uint16_t verdicts_from = 1'000;
  static constexpr std::uint16_t nothing = 0xFFFF;

  constexpr explicit AnswerWord(std::uint16_t value) : value_(value) {}

  std::uint16_t value_ = nothing;  // Two bytes, for a million lines.
};

}  // namespace atonce
