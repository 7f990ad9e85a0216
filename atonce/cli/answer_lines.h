#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/comparison.h"

namespace atonce {

/// Counts the lines of another program's output as it comes, and keeps how the first of them begin. What it keeps does
/// not follow the output's length: two bytes for each target, and the beginning of one line.
class AnswerLines {
 public:
  explicit AnswerLines(std::uint64_t targets) : targets_(targets) {}

  void feed(std::string_view bytes);
  /// The output has ended, perhaps in the middle of a line.
  void finish();
  const PeerAnswers& answers() const { return answers_; }

 private:
  void end_line();

  std::uint64_t targets_;
  PeerAnswers answers_;
  std::string begin_;  // The first bytes of the line that is under way, as many as a word can have.
  bool open_ = false;
};

}  // namespace atonce
