#include "atonce/strategies/target_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class TargetSourceTest : public testing::Test {
 protected:
  TargetSourceTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "atonce-list-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~TargetSourceTest() override { std::filesystem::remove_all(folder_); }

  std::string write_list(std::string_view text) {
    const std::string path = folder_ + "/list";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::unique_ptr<TargetList> open_text(std::string_view text, InputOptions input = {}) {
    input.list = write_list(text);
    auto list = open_targets(input);
    EXPECT_TRUE(list) << list.error().text;
    return std::move(*list);
  }
  std::string complaint_of(const std::string& path) {
    const auto list = open_targets({.list = path});
    return list ? "opened" : list.error().text;
  }

  std::string folder_;
};

std::vector<Target> take_all(TargetSource& source, std::size_t chunk = 64) {
  std::vector<Target> all;
  std::vector<Target> claimed(chunk);
  while (!source.ended()) {
    const std::size_t count = source.claim(claimed);
    for (std::size_t i = 0; i < count; ++i) all.push_back(std::move(claimed[i]));
  }
  return all;
}

/// host:port of valid targets, "line N: complaint" of the others.
std::vector<std::string> words_of(TargetSource& source) {
  std::vector<std::string> words;
  for (const Target& target : take_all(source))
    words.push_back(target.valid() ? target.host + ":" + std::to_string(target.port)
                                   : "line " + std::to_string(target.line) + ": " + target.complaint);
  return words;
}

TEST_F(TargetSourceTest, StreamsAFileInItsOrder) {
  const auto list = open_text("# ranked\nrank,domain\n1,a.example\n\n2,b.example:80\n3,192.0.2.0/31");
  const std::vector<Target> targets = take_all(*list);
  ASSERT_EQ(targets.size(), 4u);
  for (std::size_t i = 0; i < targets.size(); ++i) EXPECT_EQ(targets[i].index, i);
  EXPECT_EQ(targets[1].host, "b.example");
  EXPECT_EQ(targets[1].line, 5u);
  EXPECT_EQ(targets[3].host, "192.0.2.1");
  EXPECT_EQ(targets[3].line, 6u);
  EXPECT_EQ(list->lines_read(), 6u);
  EXPECT_EQ(list->target_lines(), 3u);
  EXPECT_EQ(list->targets_given(), 4u);
  EXPECT_FALSE(list->error());
}

TEST_F(TargetSourceTest, GivesAnEmptyListNoTargets) {
  for (const std::string_view text : {"", "\n", "# nothing\r\n\r\n"}) {
    const auto list = open_text(text);
    EXPECT_THAT(words_of(*list), IsEmpty());
    EXPECT_EQ(list->targets_given(), 0u);
    EXPECT_EQ(list->fraction_consumed(), 1.0);
  }
}

TEST_F(TargetSourceTest, ReportsEveryBadLineAndGoesOn) {
  const auto list = open_text("a.example\n2,\"b\n" + std::string(100'000, 'a') + "\nnul\0.example\nc.example:0\n"s +
                              std::string(64, 'x') + ".example\n\x1b[2J\nd.example\n");
  EXPECT_THAT(words_of(*list),
              ElementsAre("a.example:443", HasSubstr("line 2: bad CSV row"), "line 3: the line has more than 64 KiB",
                          HasSubstr("line 4: a NUL byte"), HasSubstr("line 5: the port"), HasSubstr("line 6: a label"),
                          HasSubstr("line 7: control byte 0x1B"), "d.example:443"));
}

TEST_F(TargetSourceTest, CountsTargetLinesForTheLimit) {
  InputOptions first_two{.limit = 2, .ports = {{80, 81}}};
  const auto list = open_text("# top\ndomain\na.example\n\n..\nc.example\n", first_two);
  EXPECT_THAT(words_of(*list), ElementsAre("a.example:80", "a.example:81", HasSubstr("line 5: ")));
  EXPECT_EQ(list->target_lines(), 2u);
  const auto none = open_text("a.example\n", {.limit = 0});
  EXPECT_THAT(words_of(*none), IsEmpty());
}

TEST_F(TargetSourceTest, EndsWithTheLastTargetOfTheLimit) {
  const auto list = open_text("a.example\nb.example\n", {.limit = 1});
  Target target;
  EXPECT_EQ(list->claim({&target, 1}), 1u);
  EXPECT_TRUE(list->ended());
  EXPECT_EQ(list->claim({&target, 1}), 0u);
}

TEST_F(TargetSourceTest, KeepsDuplicatesUnlessAskedForUniqueTargets) {
  const std::string text = "a.example\nA.example.\nhttps://a.example/\n..\n..\na.example:80\n";
  EXPECT_EQ(words_of(*open_text(text)).size(), 6u);
  const auto unique = open_text(text, {.unique = true});
  EXPECT_THAT(words_of(*unique),
              ElementsAre("a.example:443", HasSubstr("line 4"), HasSubstr("line 5"), "a.example:80"));
  EXPECT_EQ(unique->duplicates_dropped(), 2u);
  EXPECT_EQ(unique->targets_given(), 4u);
  EXPECT_FALSE(unique->warning());
}

TEST_F(TargetSourceTest, SaysWhenDuplicatesMayPass) {
  InputOptions input{.list = write_list("10.0.0.0/20\n10.0.0.0/20\n"), .unique = true};
  const auto list = open_targets(input, 24 << 10);
  ASSERT_TRUE(list);
  EXPECT_GE(words_of(**list).size(), 4096u);
  ASSERT_TRUE((*list)->warning());
  EXPECT_THAT((*list)->warning()->text, HasSubstr("--unique remembers 896 targets"));
}

TEST_F(TargetSourceTest, KnowsHowFarItIsAlsoInsideAPrefix) {
  const auto list = open_text("10.0.0.0/22");
  std::vector<Target> claimed(256);
  for (const double fraction : {0.25, 0.5, 0.75, 1.0}) {
    EXPECT_EQ(list->claim(claimed), 256u);
    EXPECT_DOUBLE_EQ(list->fraction_consumed().value(), fraction);
  }
  const auto halves = open_text("aa.example\nbb.example\n");
  EXPECT_EQ(halves->claim({claimed.data(), 1}), 1u);
  EXPECT_DOUBLE_EQ(halves->fraction_consumed().value(), 0.5);
}

TEST_F(TargetSourceTest, TakesTargetsOfTheCommandLineInsteadOfAList) {
  InputOptions input{
      .list = "/nowhere", .targets = {"a.example", "192.0.2.0/30", "b c"}, .ports = {{80, 80}, {443, 443}}};
  const auto list = open_targets(input);
  ASSERT_TRUE(list);
  EXPECT_EQ((*list)->target_count(), 11u);
  const std::vector<Target> targets = take_all(**list);
  EXPECT_EQ(targets.size(), 11u);
  EXPECT_EQ(targets[2].line, 2u);
  EXPECT_FALSE(targets[10].valid());
  EXPECT_EQ((*list)->fraction_consumed(), 1.0);
  input.limit = 1;
  EXPECT_EQ((*open_targets(input))->target_count(), 2u);
}

TEST_F(TargetSourceTest, GivesEachTargetOnceToManyThreads) {
  std::string text;
  constexpr std::size_t count = 50'000;
  for (std::size_t i = 0; i < count; ++i)
    text += std::to_string(i) + ",host-number-" + std::to_string(i) + ".example\n";
  const auto list = open_text(text);
  std::vector<std::atomic<int>> seen(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (const Target& target : take_all(*list, 100)) {
        EXPECT_EQ(target.host, "host-number-" + std::to_string(target.index) + ".example");
        ++seen[target.index];
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& times) { return times == 1; }));
  EXPECT_EQ(list->targets_given(), count);
}

TEST_F(TargetSourceTest, GivesWhatAPipeHasAndDoesNotWaitForMore) {
  const std::string path = folder_ + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::unique_ptr<TargetList> list;
  std::thread opener([&] { list = std::move(*open_targets({.list = path})); });
  std::ofstream writer(path);
  opener.join();
  std::vector<Target> claimed(64);
  EXPECT_EQ(list->claim(claimed), 0u);
  EXPECT_FALSE(list->ended());
  EXPECT_FALSE(list->fraction_consumed());
  writer << "a.example\nb.exam" << std::flush;
  EXPECT_EQ(list->claim(claimed), 1u);
  writer << "ple" << std::flush;
  writer.close();
  EXPECT_EQ(list->claim(claimed), 1u);
  EXPECT_EQ(claimed[0].host, "b.example");
  EXPECT_TRUE(list->ended());
}

TEST_F(TargetSourceTest, SaysBeforeAnythingStartsWhyAListCannotBeRead) {
  EXPECT_THAT(complaint_of(folder_ + "/missing"), HasSubstr("No such file or directory"));
  EXPECT_THAT(complaint_of(folder_ + "/\x1b[2J"), HasSubstr("\\x1B[2J\" cannot be read")) << "no control byte is shown";
  EXPECT_THAT(complaint_of(folder_), HasSubstr("it is a directory"));
  EXPECT_THAT(complaint_of(write_list("\x1f\x8b\x08 and more")), HasSubstr("zcat"));
  EXPECT_THAT(complaint_of(write_list("PK\x03\x04 and more")), HasSubstr("unzip"));
  if (geteuid() != 0) {
    const std::string path = write_list("a.example\n");
    chmod(path.c_str(), 0);
    EXPECT_THAT(complaint_of(path), HasSubstr("Permission denied"));
  }
}

TEST_F(TargetSourceTest, TellsAReadErrorFromTheEndOfTheList) {
  const auto list = open_targets({.list = "/proc/self/mem"});  // Nothing is mapped at address 0: read(2) gives EIO.
  ASSERT_TRUE(list);
  EXPECT_THAT(take_all(**list), IsEmpty());
  ASSERT_TRUE((*list)->error());
  EXPECT_THAT((*list)->error()->text, HasSubstr("could not be read beyond line 0: Input/output error"));
}

/// Each target's URL, or "line N: complaint".
std::vector<std::string> urls_of(TargetSource& source) {
  std::vector<std::string> words;
  for (const Target& target : take_all(source))
    words.push_back(target.valid() ? target.url : "line " + std::to_string(target.line) + ": " + target.complaint);
  return words;
}

const InputOptions urls{.kind = TargetKind::url};

TEST_F(TargetSourceTest, ReadsUrlsAndAssumesHttpsForHosts) {
  const auto list = open_text(
      "HTTP://Example.ORG:80/a?b#c\nexample.org\nexample.org:8443\nexample.org/robots.txt\nb\xC3\xBC"
      "cher.example\n"
      "2001:db8::1\n192.0.2.0/31\nhttps://a.example/?list=1,2,3\n",
      urls);
  EXPECT_THAT(urls_of(*list),
              ElementsAre("http://example.org/a?b", "https://example.org/", "https://example.org:8443/",
                          "https://example.org/robots.txt", "https://xn--bcher-kva.example/", "https://[2001:db8::1]/",
                          "https://192.0.2.0/", "https://192.0.2.1/", "https://a.example/?list=1,2,3"));
}

TEST_F(TargetSourceTest, FillsInWhereAUrlLeads) {
  const auto list = open_text("http://192.0.2.7:8080/x\n", urls);
  const Target target = take_all(*list).at(0);
  EXPECT_EQ(target.host, "192.0.2.7");
  EXPECT_TRUE(target.address);
  EXPECT_EQ(target.port, 8080);
}

TEST_F(TargetSourceTest, ReadsRankedHostsAndAUrlColumn) {
  EXPECT_THAT(urls_of(*open_text("1,a.example\n2,b.example\n", urls)),
              ElementsAre("https://a.example/", "https://b.example/"));
  EXPECT_THAT(urls_of(*open_text("domain,url\na.example,\"http://b.example/?x=1,2\"\n", urls)),
              ElementsAre("http://b.example/?x=1,2"));
}

TEST_F(TargetSourceTest, PutsEachHostOfAListIntoATemplate) {
  InputOptions robots{.kind = TargetKind::url, .url_template = "http://www.{}/robots.txt"};
  EXPECT_THAT(
      urls_of(*open_text("1,a.example\nb.example:8080\n..\n", robots)),
      ElementsAre("http://www.a.example/robots.txt", "http://www.b.example:8080/robots.txt", HasSubstr("line 3: ")));
  robots.url_template = "ftp://{}/";
  robots.list = write_list("a.example");
  EXPECT_THAT(open_targets(robots).error().text, HasSubstr("--url"));
}

TEST_F(TargetSourceTest, KeepsAPasswordForTheRequestAlone) {
  const auto list = open_text("https://me:p%40ss@a.example/x\nftp://me:hunter2@b.example/\n", urls);
  const std::vector<Target> targets = take_all(*list);
  EXPECT_EQ(targets[0].userinfo, "me:p@ss");
  EXPECT_EQ(targets[0].url, "https://a.example/x");
  EXPECT_FALSE(targets[1].valid());
  for (const Target& target : targets)
    for (const std::string& shown : {target.input, target.url, target.host, target.complaint})
      for (const char* secret : {"p@ss", "p%40ss", "hunter2"}) EXPECT_THAT(shown, Not(HasSubstr(secret)));
}

TEST_F(TargetSourceTest, KnowsAUrlAgainHoweverItIsSpelled) {
  const auto list = open_text("https://a.example\nhttps://A.example:443/#top\nhttps://a.example/x\n",
                              {.kind = TargetKind::url, .unique = true});
  EXPECT_THAT(urls_of(*list), ElementsAre("https://a.example/", "https://a.example/x"));
}

TEST_F(TargetSourceTest, TellsWhatIsWrongWithAUrl) {
  EXPECT_THAT(urls_of(*open_text("ftp://a.example/\nhttps://\nhttps://a.example:99999/\nhttps://a b/\n", urls)),
              ElementsAre(HasSubstr("line 1: "), HasSubstr("line 2: "), HasSubstr("line 3: "), HasSubstr("line 4: ")));
}

}  // namespace
}  // namespace atonce
