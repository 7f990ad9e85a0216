#include "atonce/protocols/tls/host_match.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

TEST(NameMatches, CaseAndALastDotMakeNoDifference) {
  EXPECT_TRUE(name_matches("a.example", "a.example"));
  EXPECT_TRUE(name_matches("A.Example", "a.eXample"));
  EXPECT_TRUE(name_matches("a.example.", "a.example"));
  EXPECT_TRUE(name_matches("a.example", "a.example."));
  EXPECT_FALSE(name_matches("a.example", "b.example"));
  EXPECT_FALSE(name_matches("a.example", "a.example.org"));
}

TEST(NameMatches, AWildcardStandsForTheWholeFirstLabel) {
  EXPECT_TRUE(name_matches("*.example.com", "a.example.com"));
  EXPECT_TRUE(name_matches("*.EXAMPLE.com.", "a.example.COM"));
  EXPECT_FALSE(name_matches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(name_matches("*.example.com", "example.com"));
  EXPECT_FALSE(name_matches("*.example.com", ".example.com"));
  EXPECT_FALSE(name_matches("a*.example.com", "ab.example.com"));
  EXPECT_FALSE(name_matches("a.*.com", "a.b.com"));
  EXPECT_FALSE(name_matches("*.com", "example.com"));
  EXPECT_FALSE(name_matches("*", "example"));
}

TEST(NameMatches, NothingMatchesNothing) {
  EXPECT_FALSE(name_matches("", ""));
  EXPECT_FALSE(name_matches(".", "."));
  EXPECT_FALSE(name_matches("", "a.example"));
  EXPECT_FALSE(name_matches("a.example", ""));
}

}  // namespace
}  // namespace atonce
