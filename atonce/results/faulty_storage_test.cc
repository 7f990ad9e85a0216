#include "atonce/results/faulty_storage.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>

#include "atonce/results/memory_storage.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StorageFaults faults(std::string_view text) {
  const auto parsed = parse_storage_faults(text);
  EXPECT_TRUE(parsed) << text;
  EXPECT_THAT(parsed->unknown, IsEmpty());
  return parsed->faults;
}

/// The errors of five writes in a row.
std::vector<int> five_writes(std::string_view text, std::string* left = nullptr) {
  MemoryStorage disk;
  FaultyStorage storage(disk, faults(text));
  auto file = storage.open("file", Opening::create);
  std::vector<int> errors;
  for (int i = 0; i < 5; ++i) errors.push_back((*file)->append("ab"));
  if (left != nullptr) *left = disk.content("file");
  EXPECT_EQ(storage.count(StorageOperation::write), 5U);
  return errors;
}

TEST(FaultyStorage, IsFullFromTheNthWriteOn) {
  std::string left;
  EXPECT_THAT(five_writes("enospc@write:3", &left), ElementsAre(0, 0, ENOSPC, ENOSPC, ENOSPC));
  EXPECT_EQ(left, "abab");
}

TEST(FaultyStorage, FailsOnceWhereItIsToldTo) {
  std::string left;
  EXPECT_THAT(five_writes("eio-once@write:3", &left), ElementsAre(0, 0, EIO, 0, 0));
  EXPECT_EQ(left, "abababab");
}

TEST(FaultyStorage, WritesHalfBeforeItFails) {
  std::string left;
  EXPECT_THAT(five_writes("edquot-half-once@write:2", &left), ElementsAre(0, EDQUOT, 0, 0, 0));
  EXPECT_EQ(left, "abaababab");
  EXPECT_THAT(five_writes("edquot-once-half@write:2"), ElementsAre(0, EDQUOT, 0, 0, 0));
}

TEST(FaultyStorage, CountsWritesOverAllFiles) {
  MemoryStorage disk;
  FaultyStorage storage(disk, faults("erofs@write:2"));
  EXPECT_EQ((*storage.open("one", Opening::create))->append("x"), 0);
  EXPECT_EQ((*storage.open("two", Opening::create))->append("x"), EROFS);
}

TEST(FaultyStorage, FailsToSyncToCreateAndToRename) {
  MemoryStorage disk;
  FaultyStorage storage(disk, faults("eio@sync:2,enospc@create:2,eacces@rename"));
  auto file = storage.open("file", Opening::create);
  EXPECT_EQ((*file)->sync(), 0);
  EXPECT_EQ(storage.sync_directory("."), EIO);
  EXPECT_EQ((*file)->sync(), EIO);
  EXPECT_TRUE(storage.open("file", Opening::append)) << "nothing is made";
  EXPECT_EQ(storage.open("other", Opening::append).error().code, ENOSPC);
  EXPECT_EQ(storage.make_directories("folder"), ENOSPC);
  EXPECT_EQ(storage.rename("file", "other"), EACCES);
  EXPECT_TRUE(disk.exists("file"));
}

TEST(FaultyStorage, DiesWhenItComesToAPointForTheNthTime) {
  MemoryStorage disk;
  int deaths = 0;
  FaultyStorage storage(disk, faults("die@after-journal-write:2"), [&] { ++deaths; });
  for (const int expected : {0, 1, 1}) {
    storage.reached("before-journal-write");
    storage.reached("after-journal-write");
    EXPECT_EQ(deaths, expected);
  }
}

TEST(FaultyStorageDeathTest, DiesAsAnyProcessThatIsKilled) {
  MemoryStorage disk;
  FaultyStorage storage(disk, faults("die@before-checkpoint"));
  EXPECT_EXIT(storage.reached("before-checkpoint"), ::testing::KilledBySignal(SIGKILL), "");
}

TEST(ParseStorageFaults, TakesEveryNamedPoint) {
  for (const NamedPoint& point : all_named_points) {
    const StorageFaults taken = faults("die@" + std::string(point.name));
    ASSERT_EQ(taken.deaths.size(), 1U);
    EXPECT_EQ(taken.deaths[0].point, point.name);
    EXPECT_EQ(taken.deaths[0].nth, 1U);
  }
}

TEST(ParseStorageFaults, HandsBackWordsThatConcernNoStorage) {
  const auto parsed = parse_storage_faults("econnrefused@connect:3,eio@sync:3,die@loop:2,late=5ms,");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(parsed->unknown, ElementsAre("econnrefused@connect:3", "die@loop:2", "late=5ms"));
  ASSERT_EQ(parsed->faults.failures.size(), 1U);
  EXPECT_EQ(parsed->faults.failures[0].error, EIO);
}

TEST(ParseStorageFaults, ComplainsOfWordsThatAreWrong) {
  for (const char* text : {"enospc@write:0", "enospc@write:", "enospc@write:x", "enospc@write:-1", "eio@sync:1:2",
                           "die@before-checkpoint:99999999999999999999"})
    EXPECT_FALSE(parse_storage_faults(text)) << text;
  EXPECT_THAT(parse_storage_faults("efull@write:1").error().text, HasSubstr("the name of an errno"));
  EXPECT_FALSE(parse_storage_faults("@write:1"));
  EXPECT_FALSE(parse_storage_faults("e\x1b[31m@write:1"));
  EXPECT_FALSE(parse_storage_faults("").value().faults.any());
}

}  // namespace
}  // namespace atonce
