#include "atonce/model/answer_word.h"

#include <algorithm>
#include <array>

namespace atonce {

AnswerWord AnswerWord::of_line(std::string_view line) {
  constexpr std::size_t digits = 3;  // RFC 9110 15.
  const std::string_view word = line.substr(0, line.find_first_of(" \t,\r\n"));
  if (word.size() == digits && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }))
    return of_status(static_cast<std::uint16_t>((word[0] - '0') * 100 + (word[1] - '0') * 10 + (word[2] - '0')));
  const auto* const row = std::ranges::find(all_verdicts, word, &VerdictRow::name);
  return row == all_verdicts.end() ? AnswerWord{} : of_verdict(row->verdict);
}

}  // namespace atonce
