#include "atonce/jobs/target_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// Reads lines as one list and gives each line that asks for something.
std::vector<TargetLine> parse_all(std::initializer_list<std::string_view> lines) {
  TargetParser parser;
  std::vector<TargetLine> parsed;
  std::uint64_t number = 0;
  TargetLine line;
  for (const std::string_view text : lines)
    if (parser.parse(text, ++number, line)) parsed.push_back(line);
  return parsed;
}

std::vector<std::string> names_of(std::initializer_list<std::string_view> lines) {
  std::vector<std::string> names;
  for (const TargetLine& line : parse_all(lines)) {
    const std::string host = line.hosts.addresses ? write_address(line.hosts.first) : line.hosts.name;
    names.push_back(line.complaint.empty() ? host : "complaint: " + line.complaint);
  }
  return names;
}

TEST(TargetParser, ReadsOneTargetALine) {
  EXPECT_THAT(names_of({"google.com", "Facebook.COM.", "192.0.2.1", "bücher.example"}),
              ElementsAre("google.com", "facebook.com", "192.0.2.1", "xn--bcher-kva.example"));
}

TEST(TargetParser, ReadsRankAndDomain) {
  const auto lines = parse_all({"1,google.com", "2,facebook.com"});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1].hosts.name, "facebook.com");
  EXPECT_EQ(lines[1].input, "facebook.com");
  EXPECT_EQ(lines[1].number, 2u);
  EXPECT_THAT(lines[1].columns, ElementsAre(Pair("rank", "2")));
}

TEST(TargetParser, ReadsDomainAndRank) {
  const auto lines = parse_all({"google.com,1", "facebook.com,2,x"});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].hosts.name, "google.com");
  EXPECT_THAT(lines[1].columns, ElementsAre(Pair("column2", "2"), Pair("column3", "x")));
}

TEST(TargetParser, TakesTheTargetsColumnAndTheNamesOfTheOthersFromAHeader) {
  const auto lines = parse_all({"GlobalRank,TldRank,Domain,TLD", "1,1,google.com,com", "2,2,facebook.com,com,more"});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].hosts.name, "google.com");
  EXPECT_EQ(lines[0].number, 2u);
  EXPECT_THAT(lines[0].columns, ElementsAre(Pair("GlobalRank", "1"), Pair("TldRank", "1"), Pair("TLD", "com")));
  EXPECT_THAT(lines[1].columns, testing::Contains(Pair("column5", "more")));
}

TEST(TargetParser, PrefersTheDomainColumnToTheAddressColumn) {
  EXPECT_THAT(names_of({"ip,name,domain", "192.0.2.1,The One,one.example"}), ElementsAre("one.example"));
  EXPECT_THAT(names_of({"name,ip", "The One,192.0.2.1"}), ElementsAre("192.0.2.1"));
}

TEST(TargetParser, TakesAHeaderOfOneColumn) {
  EXPECT_THAT(names_of({"domain", "google.com"}), ElementsAre("google.com"));
  EXPECT_THAT(names_of({"origin,rank", "https://a.example,1000"}), ElementsAre("a.example"));
}

TEST(TargetParser, KnowsAHeaderOnlyOnTheFirstLineThatSaysSomething) {
  EXPECT_THAT(names_of({"", "# list", "rank,domain", "1,a.example", "rank,domain"}),
              ElementsAre("a.example", "domain"));
}

TEST(TargetParser, NeverTakesATargetForAHeader) {
  EXPECT_THAT(names_of({"localhost"}), ElementsAre("localhost"));
  EXPECT_THAT(names_of({"localhost,printer"}), ElementsAre("localhost"));
  EXPECT_THAT(names_of({"host.example,domain"}), ElementsAre("host.example"));
  EXPECT_THAT(names_of({"1,host"}), ElementsAre("host"));
}

TEST(TargetParser, SkipsBlankLinesAndComments) {
  EXPECT_THAT(parse_all({"", "   ", "\r", "# google.com", "#"}), IsEmpty());
  EXPECT_THAT(names_of({"a.example # not a comment"}), ElementsAre(HasSubstr("a space cannot stand")));
}

TEST(TargetParser, UnderstandsCarriageReturnsAndTheByteOrderMark) {
  EXPECT_THAT(names_of({"\xEF\xBB\xBFgoogle.com\r", "facebook.com\r"}), ElementsAre("google.com", "facebook.com"));
  EXPECT_THAT(names_of({"\xEF\xBB\xBF# comment\r", "a.example"}), ElementsAre("a.example"));
  EXPECT_THAT(names_of({"\xEF\xBB\xBF"
                        "rank,domain\r",
                        "1,a.example\r"}),
              ElementsAre("a.example"));
  EXPECT_THAT(names_of({"1,a.example,x\r"}), ElementsAre("a.example"));
  EXPECT_EQ(parse_all({"1,a.example,x\r"})[0].columns[1].second, "x");
}

TEST(TargetParser, TakesQuotedCells) {
  const auto lines = parse_all({R"("1","google.com","search, ads")"});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].hosts.name, "google.com");
  EXPECT_THAT(lines[0].columns, ElementsAre(Pair("rank", "1"), Pair("column3", "search, ads")));
}

TEST(TargetParser, ReportsABadRowAndGoesOn) {
  const auto lines = parse_all({"1,a.example", "2,\"b.example", "3,c.example", "4,", "5,d.example"});
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[1].complaint, HasSubstr("bad CSV row: a quote is opened"));
  EXPECT_EQ(lines[1].input, "2,\"b.example");
  EXPECT_EQ(lines[1].number, 2u);
  EXPECT_THAT(lines[3].complaint, HasSubstr("column 2, the target's, is empty"));
  EXPECT_EQ(lines[4].hosts.name, "d.example");
  EXPECT_TRUE(lines[4].complaint.empty());
}

TEST(TargetParser, ReportsARowWithoutTheTargetsColumn) {
  EXPECT_THAT(names_of({"rank,score,domain", "1,2"}),
              ElementsAre(HasSubstr("it has 2 columns, and the target is in column 3")));
}

TEST(TargetParser, ReportsARowWithTooManyColumns) {
  EXPECT_THAT(names_of({"1,a.example" + std::string(99, ',')}), ElementsAre("a.example"));
  EXPECT_THAT(names_of({"1,a.example" + std::string(5000, ',')}), ElementsAre(HasSubstr("it has 5002 columns")));
}

TEST(TargetParser, ReportsBytesThatNoNameHas) {
  EXPECT_THAT(names_of({"a\0b.example"s, "1,a\x1b[2Jb.example", "ok.example"}),
              ElementsAre(HasSubstr("NUL"), HasSubstr("control byte 0x1B"), "ok.example"));
}

TEST(TargetParser, CutsTheInputItKeeps) {
  const auto lines = parse_all({std::string(5000, 'a')});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].input.size(), input_bytes_max);
  EXPECT_THAT(lines[0].complaint, HasSubstr("5000 bytes"));
}

TEST(TargetParser, ReportsALineThatWasTooLong) {
  TargetLine line;
  TargetParser().refuse_long_line(std::string(5000, 'x'), 7, line);
  EXPECT_EQ(line.complaint, "the line has more than 64 KiB");
  EXPECT_EQ(line.number, 7u);
  EXPECT_EQ(line.input.size(), input_bytes_max);
}

TEST(TargetParser, TakesAnArgumentAsOneTarget) {
  TargetParser parser;
  TargetLine line;
  parser.parse_argument("Example.org:80", 1, line);
  EXPECT_EQ(line.hosts.name, "example.org");
  parser.parse_argument("a.example,b.example", 2, line);
  EXPECT_THAT(line.complaint, HasSubstr("',' cannot stand"));
  parser.parse_argument("", 3, line);
  EXPECT_THAT(line.complaint, HasSubstr("empty"));
  parser.parse_argument("# x", 4, line);
  EXPECT_FALSE(line.complaint.empty());
}

}  // namespace
}  // namespace atonce
