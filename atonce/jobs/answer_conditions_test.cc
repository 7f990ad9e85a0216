#include "atonce/jobs/answer_conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using Subject = AnswerCondition::Subject;
using testing::HasSubstr;

const SeenAnswer page{.status = 200, .bytes = 500, .body = "Welcome to nginx!", .title = "Welcome"};

AnswerCondition status(std::uint64_t low, std::uint64_t high) {
  return {.subject = Subject::status, .ranges = {{low, high}}};
}
AnswerCondition looks_for(Subject subject, std::string pattern) {
  return {.subject = subject, .pattern = std::move(pattern)};
}

bool wanted(std::vector<AnswerCondition> match, std::vector<AnswerCondition> filter = {}) {
  return AnswerConditions::compile({.match = std::move(match), .filter = std::move(filter)})->wants(page);
}

TEST(AnswerConditions, WantEverythingWhereNothingIsAsked) { EXPECT_TRUE(wanted({})); }

TEST(AnswerConditions, AreAboutStatusSizeTextAndTitle) {
  EXPECT_TRUE(wanted({status(200, 299)}));
  EXPECT_FALSE(wanted({status(300, 399)}));
  EXPECT_TRUE(wanted({{.subject = Subject::size, .ranges = {{0, 10}, {500, 500}}}}));
  EXPECT_TRUE(wanted({looks_for(Subject::text, "nginx!")}));
  EXPECT_FALSE(wanted({looks_for(Subject::text, "n.inx")}));
  EXPECT_TRUE(wanted({looks_for(Subject::regex, "n.inx")}));
  EXPECT_TRUE(wanted({looks_for(Subject::title, "^Wel")}));
  EXPECT_FALSE(wanted({looks_for(Subject::title, "nginx")}));
}

TEST(AnswerConditions, AllMustMatchAndNoneMayFilter) {
  EXPECT_TRUE(wanted({status(200, 200), looks_for(Subject::text, "Welcome")}));
  EXPECT_FALSE(wanted({status(200, 200), looks_for(Subject::text, "Apache")}));
  EXPECT_FALSE(wanted({status(200, 200)}, {looks_for(Subject::text, "nginx")}));
  EXPECT_TRUE(wanted({}, {status(404, 404), looks_for(Subject::regex, "Apache")}));
}

TEST(AnswerConditions, SayWhatTheyHaveToSee) {
  EXPECT_FALSE(AnswerConditions::compile({.match = {status(1, 2)}})->needs_body());
  EXPECT_TRUE(AnswerConditions::compile({.filter = {looks_for(Subject::text, "x")}})->needs_body());
  EXPECT_TRUE(AnswerConditions::compile({.match = {looks_for(Subject::title, "x")}})->needs_title());
}

TEST(AnswerConditions, ComplainOfAnExpressionThatIsNone) {
  EXPECT_THAT(AnswerConditions::compile({.filter = {looks_for(Subject::regex, "(")}}).error().text,
              HasSubstr("--filter: "));
}

}  // namespace
}  // namespace atonce
