#include "atonce/protocols/http2/fault.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace atonce {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path house = ATONCE_SOURCE_FOLDER;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The sections of docs/http2.md, without their "### ".
std::vector<std::string> sections() {
  const std::string text = text_of(house / "docs" / "http2.md");
  std::vector<std::string> found;
  for (std::size_t at = text.find("\n### "); at != text.npos;) {
    const std::size_t end = text.find("\n### ", at + 1);
    found.push_back(text.substr(at + 5, end - at - 5));
    at = end;
  }
  return found;
}

std::string tests_of_http2() {
  std::string all;
  for (const fs::directory_entry& entry : fs::directory_iterator(house / "atonce" / "protocols" / "http2"))
    if (entry.path().string().ends_with("_test.cc")) all += text_of(entry.path());
  return all;
}

TEST(Http2Faults, HaveNamesAndSentencesOfTheirOwnAndAVerdict) {
  std::set<std::string_view> names, sentences;
  for (const Http2FaultRow& row : all_http2_faults()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(sentences.insert(row.sentence).second) << row.name;
    EXPECT_NE(verdict_of(row.fault), Verdict::ok) << row.name;
    EXPECT_EQ(name_of(row.fault), row.name);
    EXPECT_EQ(sentence_of(row.fault), row.sentence);
  }
  EXPECT_EQ(verdict_of(Http2Fault::none), Verdict::ok);
  EXPECT_EQ(name_of(Http2Fault::none), "");
  EXPECT_EQ(sentence_of(Http2Fault::none), "");
}

TEST(Http2Faults, EachHasItsSectionInTheDocumentWithATestOfItsOwn) {
  const std::vector<std::string> all = sections();
  const std::string tests = tests_of_http2();
  std::set<std::string> used;
  ASSERT_EQ(all.size(), all_http2_faults().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Http2FaultRow& row = all_http2_faults()[i];
    EXPECT_TRUE(all[i].starts_with(fmt::format("{} {}\n", static_cast<int>(row.fault), row.name))) << all[i];
    EXPECT_THAT(all[i], HasSubstr(fmt::format("Verdict `{}`", name_of(row.verdict))));
    const std::size_t from = all[i].find("Test: `") + 7;
    std::string test = all[i].substr(from, all[i].find('`', from) - from);
    EXPECT_TRUE(used.insert(test).second) << test;
    test.replace(test.find('.'), 1, ", ");
    EXPECT_THAT(tests, HasSubstr("TEST(" + test + ")")) << row.name;
  }
}

}  // namespace
}  // namespace atonce
