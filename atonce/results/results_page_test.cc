#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::HasSubstr;

std::string page() {
  std::ifstream file(ATONCE_SOURCE_FOLDER "/docs/results.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ResultsPage, HasEveryVerdictAsTheTableHasIt) {
  const std::string text = page();
  for (const VerdictRow& row : all_verdicts) {
    const std::string blame = row.blame == Blame::nobody ? "null" : fmt::format("`{}`", name_of(row.blame));
    EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | `{}` | {} | {} |\n", row.name, row.status, blame, row.meaning)));
  }
}

TEST(ResultsPage, HasEveryFieldOfARow) {
  Outcome outcome = open_outcome();
  outcome.target.complaint = "none, but the field is wanted";
  outcome.target.columns = {{"rank", "1"}};
  outcome.attempts.resize(1);
  const std::string text = page();
  outcome.verdict = Verdict::timeout;
  const auto fields = nlohmann::json::parse(written(ResultFormat::jsonl, {outcome}));
  EXPECT_EQ(fields.size(), 26u);
  for (const auto& [name, value] : fields.items()) EXPECT_THAT(text, HasSubstr("\n| `" + name + "` | "));
}

TEST(ResultsPage, HasEveryFieldOfAnExchange) {
  const std::string text = page();
  const auto fields = nlohmann::json::parse(written(ResultFormat::jsonl, {fetched_outcome()}, {.job = "fetch"}));
  EXPECT_EQ(fields.size(), 52u);
  for (const auto& [name, value] : fields.items()) EXPECT_THAT(text, HasSubstr("\n| `" + name + "` | "));
}

TEST(ResultsPage, HasEveryFieldOfABatch) {
  const std::string text = page();
  const auto fields = nlohmann::json::parse(written(ResultFormat::jsonl, {batch_outcome()}, {.job = "batch"}));
  EXPECT_EQ(fields.size(), 55u);
  for (const auto& [name, value] : fields.items()) EXPECT_THAT(text, HasSubstr("\n| `" + name + "` | "));
}

TEST(ResultsPage, HasEveryFieldOfAFile) {
  const std::string text = page();
  const Outcome outcome{.target = {.line = 1, .input = "a", .host = "a", .bytes = 1}, .verdict = Verdict::written};
  const auto fields = nlohmann::json::parse(written(ResultFormat::jsonl, {outcome}, {.job = "write"}));
  EXPECT_EQ(fields["bytes"], 1);
  for (const auto& [name, value] : fields.items()) EXPECT_THAT(text, HasSubstr("\n| `" + name + "` | "));
}

TEST(ResultsPage, HasEveryDoubt) {
  const std::string text = page();
  for (const DoubtRow& row : all_doubts)
    EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |\n", row.name, row.meaning)));
}

}  // namespace
}  // namespace atonce
