#include "atonce/reports/status_lists.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

Outcome answered(std::uint64_t index, std::uint32_t step, std::uint32_t members, std::uint16_t code) {
  Outcome outcome{.target = {.index = index, .batch = 1, .step = step, .members = members}};
  outcome.exchange = Exchange{.status_code = code};
  return outcome;
}

TEST(StatusLists, AreInTheOrderOfTheBatchesWhateverEndedFirst) {
  StatusLists lists;
  EXPECT_EQ(lists.write(), "[]\n");
  lists.add(answered(2, 0, 2, 200));
  lists.add(answered(0, 0, 2, 200));
  lists.add(answered(3, 1, 1, 0));
  lists.add(answered(1, 1, 1, 404));
  EXPECT_EQ(lists.write(), "[[200, 404], [200, None]]\n");
}

TEST(StatusLists, HaveNoneForARequestThatNeverEndedAndNoListForABatchThatNeverBegan) {
  StatusLists lists;
  lists.add(answered(0, 0, 3, 201));
  lists.add(answered(5, 0, 1, 999));
  EXPECT_EQ(lists.write(), "[[201, None, None], [999]]\n");
}

TEST(StatusLists, KnowABatchByAnyOfItsRequests) {
  StatusLists lists;
  lists.add(answered(1, 1, 2, 200));
  EXPECT_EQ(lists.write(), "[[None, 200, None]]\n");
}

TEST(StatusLists, AreASentenceWhereThereWouldBeTooMany) {
  StatusLists lists;
  lists.add(answered(StatusLists::requests_max - 1, 0, 1, 200));
  EXPECT_EQ(lists.write(), "[[200]]\n");
  lists.add(answered(StatusLists::requests_max, 0, 1, 200));
  lists.add(answered(0, 0, 1, 200));
  EXPECT_EQ(lists.write(),
            "the status codes of more than 1,000,000 requests are not listed here; the rows of --json have them\n");
}

}  // namespace
}  // namespace atonce
