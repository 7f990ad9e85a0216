#include "atonce/strategies/batch_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "atonce/jobs/batch_source.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BatchListTest : public ::testing::Test {
 protected:
  BatchListTest() { std::filesystem::create_directories(folder); }
  ~BatchListTest() override { std::filesystem::remove_all(folder); }

  std::string write(std::string_view name, std::string_view text) const {
    const std::string path = (folder / name).string();
    std::ofstream(path) << text;
    return path;
  }
  static std::string line(std::string_view batch, std::string_view path = "/") {
    return fmt::format("{{\"batch\": \"{}\", \"url\": \"http://192.0.2.1{}\"}}\n", batch, path);
  }

  /// All that is given, claimed `at_once` at a time.
  std::vector<Target> all(const InputOptions& input, std::size_t at_once = 3) {
    const auto list = open_batches(input);
    if (!list) {
      complaint = list.error().text;
      return {};
    }
    std::vector<Target> targets;
    while (!(*list)->ended()) {
      std::vector<Target> some(at_once);
      some.resize((*list)->claim(some));
      std::ranges::move(some, std::back_inserter(targets));
    }
    given = (*list)->targets_given();
    lines = (*list)->lines_read();
    return targets;
  }
  static std::vector<std::string> shapes(const std::vector<Target>& targets) {
    std::vector<std::string> texts;
    for (const Target& target : targets)
      texts.push_back(fmt::format("#{} {} line {}: {} from {}{}", target.batch, target.input, target.line,
                                  target.members, target.index, target.valid() ? "" : ", bad"));
    return texts;
  }

  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("atonce-batch-list-test-{}", getpid());
  std::string complaint;
  std::uint64_t given = 0, lines = 0;
};

TEST_F(BatchListTest, ATargetStandsForAllRequestsOfItsBatch) {
  const std::string path = write("a.jsonl", line("a") + line("a") + "\n" + line("b") + line("a2") + line("a2"));
  EXPECT_THAT(shapes(all({.list = path})),
              ElementsAre("#1 a line 1: 2 from 0", "#2 b line 4: 1 from 2", "#3 a2 line 5: 2 from 3"));
  EXPECT_EQ(given, 5u);
  EXPECT_EQ(lines, 6u);
}

TEST_F(BatchListTest, WhereABatchStandsIsEnoughToReadItAgain) {
  const std::string path = write("a.jsonl", line("a", "/1") + "\n\n" + line("a", "/2") + line("b", "/3"));
  for (const Target& target : all({.list = path}, 1)) {
    const auto again = load_batch(parse_batch_source(target.source).value());
    ASSERT_TRUE(again) << again.error().text;
    ASSERT_NE(target.content, nullptr);
    const auto& first = *std::static_pointer_cast<const hurl::Batch>(target.content);
    ASSERT_THAT(again->steps, SizeIs(first.steps.size()));
    for (std::size_t i = 0; i < first.steps.size(); ++i) {
      EXPECT_EQ(again->steps[i].url.literal(), first.steps[i].url.literal());
      EXPECT_EQ(again->steps[i].place, first.steps[i].place);
    }
    EXPECT_EQ(again->name, first.name);
  }
}

TEST_F(BatchListTest, BlankLinesBelongToNoBatch) {
  const std::string path = write("a.jsonl", "\n\n" + line("a") + " \t\r\n" + line("a") + "\n\n" + line("b"));
  const auto targets = all({.list = path});
  EXPECT_THAT(shapes(targets), ElementsAre("#1 a line 3: 2 from 0", "#2 b line 8: 1 from 2"));
  for (const Target& target : targets)
    EXPECT_EQ(load_batch(parse_batch_source(target.source).value())->steps.size(), target.members);
}

TEST_F(BatchListTest, WhatCannotBeRunHasItsAccount) {
  const std::string path = write("a.jsonl", line("a") + "nonsense\n" + line("b") + line("a"));
  EXPECT_THAT(shapes(all({.list = path})),
              ElementsAre("#1 a line 1: 2 from 0, bad", "#2 b line 3: 1 from 2, bad", "#3 a line 4: 1 from 3, bad"));
}

TEST_F(BatchListTest, ALineThatIsTooLongIsOneThatCannotBeRead) {
  const std::string path = write("a.jsonl", line("a") + std::string(20 << 20, 'x') + "\n" + line("b"));
  const auto targets = all({.list = path});
  EXPECT_THAT(shapes(targets), ElementsAre("#1 a line 1: 2 from 0, bad", "#2 b line 3: 1 from 2, bad"));
}

TEST_F(BatchListTest, FilesAreGoneThroughAsOftenAsAsked) {
  const std::string one = write("a.jsonl", line("a") + line("b"));
  const std::string other = write("c.hurl", "GET http://192.0.2.1/\n\nGET http://192.0.2.1/2\n");
  InputOptions input{.targets = {one, other}, .repeat = 2};
  EXPECT_THAT(all(input), SizeIs(6));
  EXPECT_EQ(given, 8u);
  input.limit = 4;
  EXPECT_THAT(all(input), SizeIs(4));
}

TEST_F(BatchListTest, AScheduleGoesThroughThemUntilItHasItsStarts) {
  const std::string path = write("a.jsonl", line("a") + line("b") + line("c"));
  EXPECT_THAT(all({.list = path, .starts = 7}), SizeIs(7));
  const std::string empty = write("b.jsonl", "\n");
  EXPECT_THAT(all({.list = empty, .starts = 7}), IsEmpty()) << "and it ends";
}

TEST_F(BatchListTest, AllThatIsWrongWithHurlFilesIsSaidAtOnce) {
  InputOptions input;
  input.targets = {write("a.hurl", "GET http://192.0.2.1/\n[Options]\nntlm: true\n"), write("b.hurl", "GET\n")};
  EXPECT_THAT(all(input), IsEmpty());
  EXPECT_THAT(complaint, HasSubstr("a.hurl:3:1"));
  EXPECT_THAT(complaint, HasSubstr("b.hurl:"));
}

TEST_F(BatchListTest, KnowsHowManyRequestsHurlFilesHave) {
  const std::string path = write("a.hurl", "GET http://192.0.2.1/\n\nGET http://192.0.2.1/2\n");
  EXPECT_EQ((*open_batches({.list = path, .repeat = 3}))->target_count(), 6u);
  EXPECT_EQ((*open_batches({.list = write("a.jsonl", line("a"))}))->target_count(), std::nullopt);
}

}  // namespace
}  // namespace atonce
