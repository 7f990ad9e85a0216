#include "atonce/results/memory_storage.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <set>
#include <stdexcept>

namespace atonce {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsSubsetOf;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t cuts = 400;

/// Everything that the file may be after the power went now.
std::set<std::string> after_cuts(const MemoryStorage& storage, const std::string& path) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < cuts; ++seed)
    seen.insert(storage.after_power_cut(seed, storage.position())->content(path));
  return seen;
}

TEST(MemoryStorage, KeepsAfterAPowerCutWhatWasSynced) {
  MemoryStorage storage;
  auto file = storage.open("file", Opening::create);
  ASSERT_EQ((*file)->append("safe"), 0);
  ASSERT_EQ((*file)->sync(), 0);
  ASSERT_EQ(storage.sync_directory("."), 0);
  EXPECT_THAT(after_cuts(storage, "file"), ElementsAre("safe"));
  ASSERT_EQ((*file)->append("loose"), 0);
  EXPECT_THAT(after_cuts(storage, "file"), AllOf(Each(StartsWith("safe")), Contains("safe"), Contains("safeloose")));
}

TEST(MemoryStorage, MayTearAndReorderWhatWasNotSynced) {
  MemoryStorage storage;
  storage.put("file", "");
  auto file = storage.open("file", Opening::append);
  const std::string one(6'000, '1');
  const std::string two(6'000, '2');
  ASSERT_EQ((*file)->append(one), 0);
  ASSERT_EQ((*file)->append(two), 0);
  const auto seen = after_cuts(storage, "file");
  EXPECT_THAT(seen, Contains(""));
  EXPECT_THAT(seen, Contains(one));
  EXPECT_THAT(seen, Contains(one + two));
  EXPECT_THAT(seen, Contains(std::string(6'000, '\0') + two)) << "the later one without the earlier one";
  EXPECT_THAT(seen, Contains(one.substr(0, 512))) << "torn at a sector";
  EXPECT_THAT(seen, Contains(one.substr(0, 4'096))) << "torn at a page";
}

TEST(MemoryStorage, MayForgetATruncationThatWasNotSynced) {
  MemoryStorage storage;
  storage.put("file", "old and long");
  auto file = storage.open("file", Opening::append);
  ASSERT_EQ((*file)->truncate(3), 0);
  EXPECT_THAT(after_cuts(storage, "file"), ElementsAre("old", "old and long"));
  ASSERT_EQ((*file)->sync(), 0);
  EXPECT_THAT(after_cuts(storage, "file"), ElementsAre("old"));
}

TEST(MemoryStorage, MayForgetANameThatWasNotSynced) {
  MemoryStorage storage;
  storage.put("manifest", "old");
  auto file = storage.open("manifest.new", Opening::create);
  ASSERT_EQ((*file)->append("new"), 0);
  ASSERT_EQ((*file)->sync(), 0);
  ASSERT_EQ(storage.rename("manifest.new", "manifest"), 0);
  EXPECT_THAT(after_cuts(storage, "manifest"), ElementsAre("new", "old"));
  ASSERT_EQ(storage.sync_directory("."), 0);
  EXPECT_THAT(after_cuts(storage, "manifest"), ElementsAre("new"));
  EXPECT_THAT(after_cuts(storage, "manifest.new"), ElementsAre("")) << "it is there no more";
}

TEST(MemoryStorage, MayMakeAnEmptyFileOfOneThatWasRenamedBeforeItWasSynced) {
  MemoryStorage storage;
  storage.put("manifest", "old");
  auto file = storage.open("manifest.new", Opening::create);
  ASSERT_EQ((*file)->append("new"), 0);
  ASSERT_EQ(storage.rename("manifest.new", "manifest"), 0);
  EXPECT_THAT(after_cuts(storage, "manifest"), Contains(""));
}

TEST(MemoryStorage, MayForgetARemovalAndAFolder) {
  MemoryStorage storage;
  storage.put("file", "here");
  ASSERT_EQ(storage.remove("file"), 0);
  ASSERT_EQ(storage.make_directories("folder"), 0);
  ASSERT_TRUE(storage.open("folder/inside", Opening::create));
  ASSERT_EQ(storage.sync_directory("folder"), 0);
  EXPECT_THAT(after_cuts(storage, "file"), ElementsAre("", "here"));
  std::set<bool> folder;
  for (std::uint64_t seed = 0; seed < cuts; ++seed) {
    const auto disk = storage.after_power_cut(seed, storage.position());
    folder.insert(disk->exists("folder"));
    EXPECT_EQ(disk->exists("folder"), disk->exists("folder/inside"));
  }
  EXPECT_THAT(folder, ElementsAre(false, true));
}

TEST(MemoryStorage, LosesTheSameForTheSameSeed) {
  MemoryStorage storage;
  auto file = storage.open("file", Opening::create);
  for (int i = 0; i < 20; ++i) ASSERT_EQ((*file)->append(std::string(700, static_cast<char>('a' + i))), 0);
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    EXPECT_EQ(storage.after_power_cut(seed, 15)->content("file"), storage.after_power_cut(seed, 15)->content("file"));
}

TEST(MemoryStorage, LosesNothingWhenOnlyTheProcessDies) {
  MemoryStorage storage;
  auto lock = storage.lock("lock");
  auto file = storage.open("file", Opening::create);
  const std::size_t before = storage.position();
  ASSERT_EQ((*file)->append("one"), 0);
  ASSERT_EQ((*file)->append("two"), 0);
  EXPECT_EQ(storage.after_kill(before)->content("file"), "");
  EXPECT_EQ(storage.after_kill(before + 1)->content("file"), "one");
  EXPECT_EQ(storage.after_kill(storage.position())->content("file"), "onetwo");
  EXPECT_TRUE(storage.after_kill(storage.position())->lock("lock")) << "its lock is free";
}

TEST(MemoryStorage, KnowsOnlyThePointsOfTheTable) {
  MemoryStorage storage;
  for (const NamedPoint& point : all_named_points) storage.reached(point.name);
  EXPECT_THROW(storage.reached("after-tea"), std::logic_error);
}

}  // namespace
}  // namespace atonce
