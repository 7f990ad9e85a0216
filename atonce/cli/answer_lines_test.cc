#include "atonce/cli/answer_lines.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(AnswerLines, AreTheSameHoweverTheyAreDelivered) {
  const std::string_view text = "200 a\n404\n\nok and more\nlast";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    AnswerLines lines(10);
    for (std::size_t at = 0; at < text.size(); at += piece) lines.feed(text.substr(at, piece));
    EXPECT_EQ(lines.answers().lines, 4u);
    lines.finish();
    EXPECT_EQ(lines.answers().lines, 5u) << "the last one has no line end";
    const std::vector<AnswerWord> words{AnswerWord::of_status(200), AnswerWord::of_status(404), AnswerWord{},
                                        AnswerWord::of_verdict(Verdict::ok), AnswerWord{}};
    EXPECT_EQ(lines.answers().words, words) << "in pieces of " << piece;
  }
}

TEST(AnswerLines, AreCountedBeyondTheTargetsButNotKept) {
  AnswerLines lines(2);
  for (int i = 0; i < 1'000; ++i) lines.feed("200\n");
  lines.finish();
  EXPECT_EQ(lines.answers().lines, 1'000u);
  EXPECT_EQ(lines.answers().words.size(), 2u);
}

TEST(AnswerLines, AreOneWhereALineNeverEnds) {
  AnswerLines lines(2);
  const std::string much(100'000, '2');
  for (int i = 0; i < 10; ++i) lines.feed(much);
  lines.finish();
  EXPECT_EQ(lines.answers().lines, 1u);
  EXPECT_EQ(lines.answers().words, std::vector{AnswerWord{}});
}

TEST(AnswerLines, AreNoneOfNothing) {
  AnswerLines lines(2);
  lines.finish();
  EXPECT_EQ(lines.answers().lines, 0u);
}

}  // namespace
}  // namespace atonce
