#include "atonce/model/answer_word.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(AnswerWord, IsAStatusCodeWhereALineBeginsWithThreeDigits) {
  for (const char* line : {"200", "200 https://example.org/", "200\t0.1", "200,0.1", "200\r"})
    EXPECT_EQ(AnswerWord::of_line(line), AnswerWord::of_status(200)) << line;
  EXPECT_TRUE(AnswerWord::of_line("000").is_status()) << "curl's word for no answer";
  EXPECT_EQ(AnswerWord::of_line("999").status(), 999);
}

TEST(AnswerWord, IsAVerdictWhereALineBeginsWithItsName) {
  for (const VerdictRow& row : all_verdicts) {
    const AnswerWord word = AnswerWord::of_line(row.name);
    EXPECT_TRUE(word.is_verdict()) << row.name;
    EXPECT_EQ(word.verdict(), row.verdict);
  }
}

TEST(AnswerWord, IsNeitherForAnythingElse) {
  for (const char* line : {"", " 200", "2000", "20", "2e2", "OK", "okay", "<html>", "\xff\xfe"}) {
    EXPECT_FALSE(AnswerWord::of_line(line).is_status()) << line;
    EXPECT_FALSE(AnswerWord::of_line(line).is_verdict()) << line;
  }
}

}  // namespace
}  // namespace atonce
