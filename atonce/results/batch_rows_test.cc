#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Plan batch_plan(unsigned verbosity = 0) { return {.job = "batch", .output = {.verbosity = verbosity}}; }

std::string text_of(const Outcome& outcome, unsigned verbosity = 0) {
  return written(ResultFormat::text, {outcome}, batch_plan(verbosity));
}

nlohmann::json json_of(const Outcome& outcome) {
  return nlohmann::json::parse(written(ResultFormat::jsonl, {outcome}, batch_plan()));
}

TEST(BatchRows, TellWhichRequestOfWhichBatchAndHowLongItTook) {
  EXPECT_EQ(text_of(batch_outcome()), "Batch #2 -- URL #1 0.07\n");
}

TEST(BatchRows, SayWhatFailedAndWhy) {
  Outcome outcome = batch_outcome();
  outcome.verdict = Verdict::assert_failed;
  outcome.exchange->detail = "status is 500, not 201";
  EXPECT_EQ(text_of(outcome), "Batch #2 -- URL #1 assert_failed 0.07 status is 500, not 201\n");
  outcome.verdict = Verdict::closed;
  outcome.exchange->detail.clear();
  EXPECT_EQ(text_of(outcome), "Batch #2 -- URL #1 closed 0.07 the host answered with RST\n");
}

TEST(BatchRows, SayBehindTheLastRequestWhatBecameOfTheBatch) {
  EXPECT_EQ(text_of(batch_outcome(BatchEnd::completed)), "Batch #2 -- URL #1 0.07\n** Batch #2 completed: 0.10\n");
  // The last request may be fine where an earlier one was not.
  EXPECT_EQ(text_of(batch_outcome(BatchEnd::failed)), "Batch #2 -- URL #1 0.07\n** Batch #2 failed: 0.10\n");
}

TEST(BatchRows, CallALineThatIsNoBatchAFailedOne) {
  Outcome outcome = invalid_outcome("", "\"url\" is missing");
  outcome.target.batch = 3;
  outcome.exchange = Exchange{.batch_end = BatchEnd::failed};
  EXPECT_EQ(text_of(outcome),
            "Batch #3 -- URL #0 invalid_input 0.00 line 17: \"url\" is missing\n** Batch #3 failed: 0.00\n");
}

TEST(BatchRows, TellTheRequestToWhoWantsToKnow) {
  EXPECT_EQ(text_of(batch_outcome(), 1), "Batch #2 -- URL #1 0.07 (POST https://example.org/orders 200)\n");
}

TEST(BatchRows, CutALongReasonBetweenTwoCharactersAndLetNoneOfItMoveTheCursor) {
  Outcome outcome = batch_outcome();
  outcome.verdict = Verdict::assert_failed;
  outcome.exchange->detail = std::string(199, 'x') + "\u00e9 and more";
  EXPECT_THAT(text_of(outcome), EndsWith(" " + std::string(199, 'x') + "...\n"));
  outcome.exchange->detail = "body is \x1b[2J\r\nBatch #9 -- URL #9 0.01\u202e";
  const std::string text = text_of(outcome, 1);
  for (const char* bad : {"\x1b", "\r", "\nBatch", "\u202e"}) EXPECT_THAT(text, Not(HasSubstr(bad)));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST(BatchRows, HaveTheirPlaceAndTheTimeOfTheBatchInJson) {
  nlohmann::json row = json_of(batch_outcome());
  EXPECT_EQ(row["batch"], 2);
  EXPECT_EQ(row["request"], 1);
  EXPECT_TRUE(row["time_batch"].is_null());
  row = json_of(batch_outcome(BatchEnd::completed));
  EXPECT_EQ(row["time_batch"], 0.104);
  EXPECT_EQ(row["url"], "https://example.org/orders");
  EXPECT_EQ(row["line"], 5);
  Outcome outcome = batch_outcome();
  outcome.exchange->line = 6;
  EXPECT_EQ(json_of(outcome)["line"], 6);
}

TEST(BatchRows, AreTheOnlyOnesWithABatch) {
  for (const ResultFormat format : {ResultFormat::jsonl, ResultFormat::csv}) {
    EXPECT_THAT(written(format, {fetched_outcome()}, {.job = "fetch"}), Not(HasSubstr("time_batch")));
    EXPECT_THAT(written(format, {open_outcome()}), Not(HasSubstr("time_batch")));
    EXPECT_THAT(written(format, {batch_outcome()}, batch_plan()), HasSubstr("time_batch"));
  }
  EXPECT_THAT(written(ResultFormat::csv, {batch_outcome(BatchEnd::completed)}, batch_plan()),
              HasSubstr(",2,1,0.104000,"));
}

}  // namespace
}  // namespace atonce
