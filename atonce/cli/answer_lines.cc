#include "atonce/cli/answer_lines.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr std::size_t begin_bytes_max = 64;  // Longer than the name of any verdict.

}  // namespace

void AnswerLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    begin_ += bytes.substr(0, std::min(end, begin_bytes_max - begin_.size()));
    open_ = true;
    if (end == bytes.size()) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void AnswerLines::finish() {
  if (open_) end_line();
}

void AnswerLines::end_line() {
  ++answers_.lines;
  if (answers_.words.size() < targets_) answers_.words.push_back(AnswerWord::of_line(begin_));
  begin_.clear();
  open_ = false;
}

}  // namespace atonce
