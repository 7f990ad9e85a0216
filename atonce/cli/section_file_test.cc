#include "atonce/cli/section_file.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::HasSubstr;

std::string complaint_of(std::string text) {
  const Parsed<std::string> section = check_section(std::move(text), "it");
  return section ? "" : section.error().text;
}

TEST(SectionFile, TakesWhatAComparisonWroteAsItIs) {
  const std::string text = "{\"schema\":1,\"strategies\":[],\"title\":\"\xc3\xa4\"}\n";
  EXPECT_EQ(check_section(text, "it"), text);
}

TEST(SectionFile, LeavesOutAByteOrderMark) {
  EXPECT_EQ(check_section("\xef\xbb\xbf{\"schema\":1,\"strategies\":[]}", "it"), "{\"schema\":1,\"strategies\":[]}");
}

TEST(SectionFile, SaysWhatIsWrongWithAnythingElse) {
  EXPECT_THAT(complaint_of(""), HasSubstr("it is no JSON"));
  EXPECT_THAT(complaint_of("{\"schema\":1,\"strategies\":[]} {}"), HasSubstr("it is no JSON"));
  EXPECT_THAT(complaint_of("{\"schema\":1,\"strategies\":[\"\xff\"]}"), HasSubstr("it is no JSON"));
  EXPECT_THAT(complaint_of(std::string("{\"schema\":1,\"strategies\":[]}\0more", 33)), HasSubstr("it is no JSON"));
  EXPECT_THAT(complaint_of("[1]"), HasSubstr("it is no object"));
  EXPECT_THAT(complaint_of("{}"), HasSubstr("no \"schema\""));
  EXPECT_THAT(complaint_of("{\"schema\":\"1\"}"), HasSubstr("no \"schema\""));
  EXPECT_THAT(complaint_of("{\"schema\":1}"), HasSubstr("no list of strategies"));
  EXPECT_THAT(complaint_of("{\"schema\":0,\"strategies\":[]}"), HasSubstr("no list of strategies"));
  EXPECT_THAT(complaint_of("{\"schema\":2,\"strategies\":[]}"), HasSubstr("a newer atonce"));
}

TEST(SectionFile, DeepNestingIsReadWithoutHarm) {
  const std::string deep = std::string(1'000'000, '[');
  EXPECT_THAT(complaint_of(deep), HasSubstr("it is no JSON"));
  EXPECT_THAT(complaint_of(deep + std::string(1'000'000, ']')), HasSubstr("it is no object"));
}

}  // namespace
}  // namespace atonce
