#include "atonce/jobs/exclude_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing::StartsWith;

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

ExcludeList list_of(std::string_view text) {
  Parsed<ExcludeList> list = ExcludeList::parse(text, "list");
  if (!list) throw std::invalid_argument(list.error().text);
  return std::move(*list);
}

std::string complaint_of(std::string_view text) {
  const Parsed<ExcludeList> list = ExcludeList::parse(text, "no.txt");
  return list ? "none" : list.error().text;
}

TEST(ExcludeList, ANameExcludesItselfAndEverythingUnderIt) {
  const ExcludeList list = list_of("example.org\n");
  EXPECT_TRUE(list.excludes("example.org"));
  EXPECT_TRUE(list.excludes("www.example.org"));
  EXPECT_TRUE(list.excludes("a.b.c.example.org"));
  EXPECT_FALSE(list.excludes("org"));
  EXPECT_FALSE(list.excludes("notexample.org"));
  EXPECT_FALSE(list.excludes("example.org.net"));
  EXPECT_FALSE(list.excludes("example.com"));
}

TEST(ExcludeList, ATopLevelDomainIsANameLikeAnother) {
  const ExcludeList list = list_of("mil");
  EXPECT_TRUE(list.excludes("army.mil"));
  EXPECT_FALSE(list.excludes("mil.example"));
}

TEST(ExcludeList, NamesAreNormalizedAsThoseOfAList) {
  const ExcludeList list = list_of(
      "B\xC3\xBC"
      "cher.Example.\n*.WILD.example\n");
  EXPECT_TRUE(list.excludes("xn--bcher-kva.example"));
  EXPECT_TRUE(list.excludes("www.xn--bcher-kva.example"));
  EXPECT_TRUE(list.excludes("wild.example")) << "an owner who opts out means all of it";
  EXPECT_TRUE(list.excludes("a.wild.example"));
}

TEST(ExcludeList, TakesAddressesNetworksAndRanges) {
  const ExcludeList list =
      list_of("192.0.2.1\n198.51.100.77/24\n203.0.113.5-9\n203.0.113.20-203.0.113.30\n2001:db8::/32\n2001:dba::1\n");
  for (const std::string_view excluded :
       {"192.0.2.1", "198.51.100.0", "198.51.100.255", "203.0.113.5", "203.0.113.9", "203.0.113.20", "203.0.113.30",
        "2001:db8::", "2001:db8:ffff::1", "2001:dba::1"})
    EXPECT_TRUE(list.excludes(ip(excluded))) << excluded;
  for (const std::string_view free : {"192.0.2.0", "192.0.2.2", "198.51.99.255", "198.51.101.0", "203.0.113.4",
                                      "203.0.113.10", "203.0.113.31", "2001:db9::", "2001:dba::2", "::"})
    EXPECT_FALSE(list.excludes(ip(free))) << free;
}

TEST(ExcludeList, ANetworkInsideAnotherHidesNothingOfIt) {
  const ExcludeList list = list_of("10.0.0.0/8\n10.1.0.0/16\n10.255.255.255\n9.0.0.0-11.0.0.0\n");
  EXPECT_TRUE(list.excludes(ip("10.200.0.1")));
  EXPECT_TRUE(list.excludes(ip("11.0.0.0")));
  EXPECT_FALSE(list.excludes(ip("11.0.0.1")));
  EXPECT_EQ(list.entries(), 1u) << "what overlaps is one";
}

TEST(ExcludeList, AnExcludedAddressIsExcludedBehindATranslatorToo) {
  const ExcludeList list = list_of("192.0.2.0/24");
  EXPECT_TRUE(list.excludes(ip("::ffff:192.0.2.9")));
  EXPECT_TRUE(list.excludes(ip("64:ff9b::192.0.2.9")));
  EXPECT_TRUE(list.excludes(ip("2002:c000:0209::1")));
  EXPECT_FALSE(list.excludes(ip("::ffff:192.0.3.9")));
}

TEST(ExcludeList, EverythingCanBeExcluded) {
  const ExcludeList list = list_of("0.0.0.0/0\n::/0");
  EXPECT_TRUE(list.excludes(ip("255.255.255.255")));
  EXPECT_TRUE(list.excludes(ip("0.0.0.0")));
  EXPECT_TRUE(list.excludes(ip("ffff::")));
  EXPECT_FALSE(list.excludes("example.org")) << "a name is asked for, and its addresses then refused";
}

TEST(ExcludeList, ATargetIsJudgedByWhatWillBeTried) {
  const ExcludeList list = list_of("192.0.2.1\nexample.org");
  EXPECT_TRUE(list.excludes(Target{.host = "192.0.2.1", .address = ip("192.0.2.1")}));
  EXPECT_TRUE(list.excludes(Target{.host = "www.example.org"}));
  EXPECT_FALSE(list.excludes(Target{.host = "192.0.2.2", .address = ip("192.0.2.2")}));
}

TEST(ExcludeList, SkipsCommentsBlankLinesAndTheByteOrderMark) {
  const ExcludeList list =
      list_of("\xEF\xBB\xBF# people who wrote to us\r\n\r\n  a.example  # since May\r\n\t\n10.0.0.0/8#x\n");
  EXPECT_EQ(list.entries(), 2u);
  EXPECT_TRUE(list.excludes("a.example"));
  EXPECT_TRUE(list.excludes(ip("10.1.1.1")));
}

TEST(ExcludeList, ComplainsWithFileAndLine) {
  EXPECT_THAT(complaint_of("a.example\n\nb c.example\n"), StartsWith("line 3 of the exclude list no.txt is neither"));
  EXPECT_THAT(complaint_of("10.0.0.0/33"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(complaint_of("example.org/path"), HasSubstr("not an address"));
  EXPECT_THAT(complaint_of("example.org:443"), HasSubstr("all ports"));
  EXPECT_THAT(complaint_of("10.0.0.9-10.0.0.1"), HasSubstr("backwards"));
  EXPECT_THAT(complaint_of("0x7f.1"), HasSubstr("looks like an IPv4 address"));
  EXPECT_THAT(complaint_of("127.1"), HasSubstr("looks like an IPv4 address"));
  EXPECT_THAT(complaint_of("a\0b"s), HasSubstr("NUL"));
  EXPECT_THAT(complaint_of("."), HasSubstr("empty"));
}

TEST(ExcludeList, IsReadFromSeveralFiles) {
  const std::string folder = testing::TempDir();
  const std::vector<std::string> paths{folder + "/exclude_one.txt", folder + "/exclude_two.txt"};
  std::ofstream(paths[0]) << "a.example";
  std::ofstream(paths[1]) << "b.example\n10.0.0.0/8\n";
  const Parsed<ExcludeList> list = ExcludeList::read(paths);
  for (const std::string& path : paths) std::filesystem::remove(path);
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_TRUE(list->excludes("a.example"));
  EXPECT_TRUE(list->excludes("b.example"));
  EXPECT_TRUE(list->excludes(ip("10.0.0.1")));
}

TEST(ExcludeList, AFileThatCannotBeReadIsNamed) {
  const std::vector<std::string> missing{"/nowhere/no.txt"};
  EXPECT_EQ(ExcludeList::read(missing).error().text,
            "the exclude list /nowhere/no.txt cannot be opened: No such file or directory");
  const std::vector<std::string> folder{"/"};
  EXPECT_EQ(ExcludeList::read(folder).error().text, "the exclude list / cannot be read: Is a directory");
}

TEST(ExcludeList, NoFilesExcludeNothing) {
  const Parsed<ExcludeList> list = ExcludeList::read({});
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
  EXPECT_FALSE(list->excludes("example.org"));
  EXPECT_FALSE(list->excludes(ip("127.0.0.1")));
}

TEST(NameSet, HoldsAHundredThousandNamesInSomeMegabytes) {
  NameSet names;
  for (int i = 0; i < 100'000; ++i) names.add(fmt::format("n{}.example", i));
  for (int i = 0; i < 100'000; i += 2) names.add(fmt::format("n{}.example", i));
  EXPECT_EQ(names.size(), 100'000u);
  EXPECT_LE(names.memory(), 6u << 20);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(names.covers(fmt::format("www.n{}.example", i)));
  EXPECT_FALSE(names.covers("n100000.example"));
  EXPECT_FALSE(names.covers("example"));
}

TEST(NameSet, HoldsTheLongestName) {
  NameSet names;
  const std::string longest(253, 'a');
  names.add(longest);
  EXPECT_TRUE(names.contains(longest));
  EXPECT_FALSE(names.contains(longest.substr(1)));
}

}  // namespace
}  // namespace atonce
