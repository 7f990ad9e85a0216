#include "atonce/protocols/http/fault.h"

#include <gmock/gmock.h>

#include <set>

namespace atonce {
namespace {

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

}  // namespace
}  // namespace atonce
