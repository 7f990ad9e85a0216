#include "atonce/protocols/http/fault.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace atonce {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const fs::path house = ATONCE_SOURCE_FOLDER;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A section of docs/http.md: "### 8 bare_lf", a paragraph, and what it comes to.
struct Section {
  std::string title;
  std::string paragraph;
  std::string rest;
};

std::vector<Section> sections() {
  std::istringstream lines(text_of(house / "docs" / "http.md"));
  std::vector<Section> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("### "))
      found.push_back({line.substr(4), "", ""});
    else if (line.starts_with("#"))
      continue;
    else if (!found.empty())
      (line.starts_with("Verdict") ? found.back().rest : found.back().paragraph) += line;
  }
  return found;
}

/// Every TEST(Suite, Name) of the protocols, as "Suite.Name".
std::set<std::string> tests_of_protocols() {
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(house / "atonce" / "protocols")) {
    if (!entry.path().string().ends_with("_test.cc")) continue;
    const std::string text = text_of(entry.path());
    for (std::size_t at = 0; (at = text.find("\nTEST(", at)) != text.npos;) {
      at += 6;
      const std::size_t comma = text.find(", ", at), end = text.find(')', at);
      if (comma < end) names.insert(text.substr(at, comma - at) + "." + text.substr(comma + 2, end - comma - 2));
    }
  }
  return names;
}

TEST(HttpFaults, HaveNamesAndSentencesOfTheirOwnAndAVerdict) {
  std::set<std::string_view> names, sentences;
  for (const HttpFaultRow& row : all_http_faults()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(sentences.insert(row.sentence).second) << row.name;
    EXPECT_NE(row.verdict, Verdict::ok) << row.name;
    EXPECT_EQ(verdict_of(row.fault), row.verdict);
    EXPECT_EQ(name_of(row.fault), row.name);
  }
  EXPECT_EQ(verdict_of(HttpFault::none), Verdict::ok);
  EXPECT_EQ(name_of(HttpFault::none), "");
}

TEST(HttpFaults, EachHasItsSectionInTheDocumentAndTheOtherWayRound) {
  std::vector<std::string> in_code, in_document;
  for (const HttpFaultRow& row : all_http_faults())
    in_code.push_back(fmt::format("{} {}", static_cast<int>(row.fault), row.name));
  for (const Section& section : sections()) in_document.push_back(section.title);
  EXPECT_THAT(in_document, ElementsAreArray(in_code));
}

TEST(HttpFaults, TheDocumentSaysWhatEachComesToAndWhichTestThereIs) {
  const std::set<std::string> tests = tests_of_protocols();
  std::set<std::string> used;
  const std::vector<Section> all = sections();
  ASSERT_EQ(all.size(), all_http_faults().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const HttpFaultRow& row = all_http_faults()[i];
    EXPECT_GT(all[i].paragraph.size(), 40u) << row.name;
    EXPECT_THAT(all[i].rest, HasSubstr(fmt::format("Verdict `{}`", name_of(row.verdict))));
    if (row.status != 0) EXPECT_THAT(all[i].rest, HasSubstr(fmt::format("server: {}", row.status))) << row.name;
    const std::size_t from = all[i].rest.find("Test: `") + 7;
    const std::string test = all[i].rest.substr(from, all[i].rest.find('`', from) - from);
    EXPECT_TRUE(tests.contains(test)) << row.name << ": there is no test " << test;
    EXPECT_TRUE(used.insert(test).second) << test;
  }
}

}  // namespace
}  // namespace atonce
