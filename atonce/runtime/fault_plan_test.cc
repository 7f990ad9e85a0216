#include "atonce/runtime/fault_plan.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "atonce/runtime/fault_layer.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

FaultRule rule_of(std::string_view text) {
  const Parsed<IoFaults> faults = parse_io_faults(text);
  EXPECT_TRUE(faults) << (faults ? "" : faults.error().text);
  EXPECT_EQ(faults.value().plan.rules.size(), 1u);
  return faults.value().plan.rules.at(0);
}

/// The numbers of the operations among the first ten that a rule hits.
std::vector<int> hits(std::string_view text, FaultKind kind = FaultKind::connect) {
  FaultDice dice(parse_io_faults(text).value().plan);
  std::vector<int> numbers;
  for (int number = 1; number <= 10; ++number)
    if (dice.decide(kind).error != 0) numbers.push_back(number);
  return numbers;
}

TEST(FaultPlan, HitsTheOperationThatIsNamedOnce) { EXPECT_THAT(hits("emfile@connect:4"), ElementsAre(4)); }
TEST(FaultPlan, HitsEachSoManieth) { EXPECT_THAT(hits("emfile@connect:/3"), ElementsAre(3, 6, 9)); }
TEST(FaultPlan, HitsEachWhereNothingElseIsSaid) { EXPECT_EQ(hits("emfile@connect").size(), 10u); }
TEST(FaultPlan, LeavesOtherKindsAlone) { EXPECT_THAT(hits("emfile@connect", FaultKind::send), IsEmpty()); }
TEST(FaultPlan, HitsEveryKindThatCanFailByAny) {
  EXPECT_EQ(hits("emfile@any", FaultKind::listen).size(), 10u);
  EXPECT_THAT(hits("emfile@any", FaultKind::offload), IsEmpty());
}

TEST(FaultPlan, HitsByChanceAsOftenAsIsSaidAndTheSameForOneSeed) {
  const FaultPlan plan = parse_io_faults("enobufs@connect:25%").value().plan;
  FaultDice once(plan), again(plan);
  int failed = 0;
  for (int i = 0; i < 10'000; ++i) {
    const int error = once.decide(FaultKind::connect).error;
    EXPECT_EQ(error, again.decide(FaultKind::connect).error);
    failed += error == ENOBUFS;
  }
  EXPECT_NEAR(failed, 2'500, 200);
}

TEST(FaultPlan, ReadsErrorsDelaysAndAmounts) {
  EXPECT_EQ(rule_of("EADDRNOTAVAIL@connect:1%").error, EADDRNOTAVAIL);
  EXPECT_EQ(rule_of("late@receive:5%+200ms").delay, 200ms);
  EXPECT_EQ(rule_of("latecancel@connect:10%+50ms").what, FaultRule::What::late_cancel);
  EXPECT_EQ(rule_of("short@send:3").bytes_max, 3u);
  EXPECT_EQ(rule_of("short@send:3").when.way, FaultWhen::Way::every_nth);
  EXPECT_EQ(rule_of("short@receive:5%+1").when.way, FaultWhen::Way::chance);
  EXPECT_EQ(parse_io_faults("badalloc@1000").value().plan.allocation_to_fail, 1'000u);
}

TEST(FaultPlan, TakesSeveralWordsAndNamesThoseAboutSomethingElse) {
  const Parsed<IoFaults> faults = parse_io_faults("emfile@connect:100,enospc@write:17,die@checkpoint,late@any+1ms");
  ASSERT_TRUE(faults);
  EXPECT_EQ(faults->plan.rules.size(), 2u);
  EXPECT_THAT(faults->unknown, ElementsAre("enospc@write:17", "die@checkpoint"));
}

TEST(FaultPlan, IsEmptyForAnEmptyText) { EXPECT_TRUE(parse_io_faults("").value().plan.empty()); }

TEST(FaultPlan, RefusesWhatMakesNoSenseAndSaysWhy) {
  const std::array<std::pair<std::string_view, std::string_view>, 15> cases{{
      {"oops@connect", "errno(3)"},
      {"@connect", "errno(3)"},
      {"emfile@connect:0", "100th"},
      {"emfile@connect:x", "100th"},
      {"emfile@connect:/0", "100th"},
      {"emfile@connect:101%", "between 0% and 100%"},
      {"emfile@connect:nan%", "between 0% and 100%"},
      {"emfile@connect:1%+5ms", "no amount"},
      {"emfile@offload", "cannot fail to start"},
      {"late@receive:5%", "by how much"},
      {"late@open+1s", "cannot be late"},
      {"short@send", "how many bytes"},
      {"short@connect:3", "stream"},
      {"badalloc@0", "badalloc@1000"},
      {"badalloc@5:1%", "badalloc@1000"},
  }};
  for (const auto& [text, why] : cases) {
    const Parsed<IoFaults> faults = parse_io_faults(text);
    ASSERT_FALSE(faults) << text;
    EXPECT_THAT(faults.error().text, HasSubstr(why)) << text;
    EXPECT_THAT(faults.error().text, HasSubstr(text));
  }
}

}  // namespace
}  // namespace atonce
