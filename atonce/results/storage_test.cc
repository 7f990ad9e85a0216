#include "atonce/results/storage.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "atonce/results/faulty_storage.h"
#include "atonce/results/memory_storage.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A storage with a folder that is gone when the test is over.
class Ground {
 public:
  virtual ~Ground() = default;
  virtual Storage& storage() = 0;
  virtual std::string folder() = 0;
  std::string path(const std::string& name) { return folder() + "/" + name; }
};

class DiskGround final : public Ground {
 public:
  DiskGround() : folder_((std::filesystem::temp_directory_path() / "atonce-storage-XXXXXX").string()) {
    if (mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  }
  ~DiskGround() override { std::filesystem::remove_all(folder_); }
  DiskGround(const DiskGround&) = delete;
  DiskGround& operator=(const DiskGround&) = delete;
  Storage& storage() override { return *storage_; }
  std::string folder() override { return folder_; }

 private:
  std::unique_ptr<Storage> storage_ = disk_storage();
  std::string folder_;
};

class MemoryGround final : public Ground {
 public:
  MemoryGround() { (void)storage_.make_directories("ground"); }
  Storage& storage() override { return storage_; }
  std::string folder() override { return "ground"; }

 private:
  MemoryStorage storage_;
};

/// A layer of faults that has none.
class FaultlessGround final : public Ground {
 public:
  Storage& storage() override { return storage_; }
  std::string folder() override { return memory_.folder(); }

 private:
  MemoryGround memory_;
  FaultyStorage storage_{memory_.storage(), {}};
};

struct GroundRow {
  const char* name;
  std::unique_ptr<Ground> (*make)();
};
template <class Kind>
std::unique_ptr<Ground> make_ground() {
  return std::make_unique<Kind>();
}

/// What every storage keeps to: a fake that we test is a fake that we can trust.
class StorageContract : public ::testing::TestWithParam<GroundRow> {
 protected:
  Storage& storage() { return ground_->storage(); }
  std::string path(const std::string& name) { return ground_->path(name); }
  std::string folder() { return ground_->folder(); }

  std::unique_ptr<StoredFile> open(const std::string& name, Opening how = Opening::append) {
    auto file = storage().open(path(name), how);
    EXPECT_TRUE(file) << name;
    return file ? std::move(*file) : nullptr;
  }
  int open_error(const std::string& name, Opening how) {
    const auto file = storage().open(path(name), how);
    return file ? 0 : file.error().code;
  }
  std::string content(const std::string& name) { return *storage().read_small(path(name)); }

 private:
  std::unique_ptr<Ground> ground_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(All, StorageContract,
                         ::testing::Values(GroundRow{"disk", make_ground<DiskGround>},
                                           GroundRow{"memory", make_ground<MemoryGround>},
                                           GroundRow{"faultless", make_ground<FaultlessGround>}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(StorageContract, AppendsAtTheEndAlsoAfterATruncation) {
  const auto file = open("file");
  EXPECT_EQ(file->append("hello "), 0);
  EXPECT_EQ(file->append("world"), 0);
  EXPECT_EQ(content("file"), "hello world");
  EXPECT_EQ(file->truncate(5), 0);
  EXPECT_EQ(file->append("!"), 0);
  EXPECT_EQ(content("file"), "hello!");
  EXPECT_EQ(file->sync(), 0);
  EXPECT_EQ(*file->size(), 6U);
  EXPECT_EQ(*storage().size(path("file")), 6U);
}

TEST_P(StorageContract, GoesOnWhereAnEarlierOwnerStopped) {
  EXPECT_EQ(open("file")->append("one"), 0);
  EXPECT_EQ(open("file")->append("two"), 0);
  EXPECT_EQ(content("file"), "onetwo");
}

TEST_P(StorageContract, ReadsUpToTheEndAndNoFurther) {
  const auto file = open("file");
  EXPECT_EQ(file->append("0123456789"), 0);
  std::string bytes(4, '.');
  EXPECT_EQ(*file->read_at(2, bytes), 4U);
  EXPECT_EQ(bytes, "2345");
  EXPECT_EQ(*file->read_at(8, bytes), 2U);
  EXPECT_EQ(bytes, "8945");
  EXPECT_EQ(*file->read_at(10, bytes), 0U);
  EXPECT_EQ(*file->read_at(1'000, bytes), 0U);
}

TEST_P(StorageContract, FillsWithZerosWhereATruncationMakesAFileLonger) {
  const auto file = open("file");
  EXPECT_EQ(file->append("a"), 0);
  EXPECT_EQ(file->truncate(3), 0);
  EXPECT_EQ(content("file"), std::string("a\0\0", 3));
}

TEST_P(StorageContract, MakesAFileOnlyWhereNoneIsWhenAskedTo) {
  EXPECT_EQ(open_error("file", Opening::read), ENOENT);
  EXPECT_EQ(open_error("file", Opening::create), 0);
  EXPECT_EQ(open_error("file", Opening::create), EEXIST);
  EXPECT_EQ(open_error("file", Opening::append), 0);
  EXPECT_EQ(open_error("nowhere/file", Opening::append), ENOENT);
  EXPECT_EQ(storage().open(folder(), Opening::append).error().code, EISDIR);
}

TEST_P(StorageContract, DoesNotWriteThroughAFileThatIsRead) {
  EXPECT_EQ(open("file")->append("one"), 0);
  EXPECT_NE(open("file", Opening::read)->append("two"), 0);
  EXPECT_NE(open("file", Opening::read)->truncate(0), 0);
  EXPECT_EQ(content("file"), "one");
}

TEST_P(StorageContract, PutsOneFileInThePlaceOfAnother) {
  EXPECT_EQ(open("new")->append("new"), 0);
  EXPECT_EQ(open("old")->append("old"), 0);
  EXPECT_EQ(storage().rename(path("new"), path("old")), 0);
  EXPECT_EQ(content("old"), "new");
  EXPECT_FALSE(storage().exists(path("new")));
  EXPECT_EQ(storage().rename(path("new"), path("old")), ENOENT);
}

TEST_P(StorageContract, RemovesAFileOnce) {
  EXPECT_EQ(open("file")->append("one"), 0);
  EXPECT_TRUE(storage().exists(path("file")));
  EXPECT_EQ(storage().remove(path("file")), 0);
  EXPECT_FALSE(storage().exists(path("file")));
  EXPECT_EQ(storage().remove(path("file")), ENOENT);
  EXPECT_EQ(storage().size(path("file")).error().code, ENOENT);
}

TEST_P(StorageContract, MakesFoldersWithAllAboveThem) {
  EXPECT_EQ(storage().make_directories(path("a/b/c")), 0);
  EXPECT_EQ(storage().make_directories(path("a/b/c")), 0);
  EXPECT_EQ(open("a/b/c/file")->append("deep"), 0);
  EXPECT_EQ(storage().make_directories(path("a/b/c/file")), ENOTDIR);
  EXPECT_THAT(*storage().list(path("a")), ElementsAre("b"));
  EXPECT_EQ(storage().sync_directory(path("a/b")), 0);
  EXPECT_EQ(storage().sync_directory(path("nowhere")), ENOENT);
}

TEST_P(StorageContract, ListsNamesInOrder) {
  EXPECT_THAT(*storage().list(folder()), IsEmpty());
  for (const char* name : {"c", "a", "b"}) (void)open(name);
  EXPECT_EQ(storage().make_directories(path("aa/inner")), 0);
  EXPECT_THAT(*storage().list(folder()), ElementsAre("a", "aa", "b", "c"));
  EXPECT_EQ(storage().list(path("nowhere")).error().code, ENOENT);
}

TEST_P(StorageContract, GivesALockToOneHolderAtATime) {
  auto lock = storage().lock(path("lock"));
  ASSERT_TRUE(lock);
  EXPECT_EQ(storage().lock(path("lock")).error().code, EWOULDBLOCK);
  lock->reset();
  EXPECT_TRUE(storage().lock(path("lock")));
}

TEST_P(StorageContract, RefusesAFileThatIsTooLargeToReadAtOnce) {
  EXPECT_EQ(open("file")->append("123456"), 0);
  EXPECT_EQ(*storage().read_small(path("file"), 6), "123456");
  EXPECT_EQ(storage().read_small(path("file"), 5).error().code, EFBIG);
}

TEST(DiskStorage, MakesFilesThatOnlyTheirOwnerMayRead) {
  DiskGround ground;
  ASSERT_EQ(ground.storage().make_directories(ground.path("folder")), 0);
  ASSERT_TRUE(ground.storage().open(ground.path("folder/file"), Opening::create));
  struct stat status{};
  ASSERT_EQ(stat(ground.path("folder").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(stat(ground.path("folder/file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(DiskStorage, FollowsNoLinkAndWaitsForNoPipe) {
  DiskGround ground;
  ASSERT_EQ(symlink("elsewhere", ground.path("link").c_str()), 0);
  EXPECT_EQ(ground.storage().open(ground.path("link"), Opening::append).error().code, ELOOP);
  EXPECT_FALSE(ground.storage().exists(ground.path("elsewhere")));
  ASSERT_EQ(mkfifo(ground.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ground.storage().open(ground.path("pipe"), Opening::read).error().code, EINVAL);
  EXPECT_EQ(ground.storage().lock(ground.path("pipe")).error().code, EINVAL);
}

TEST(DiskStorage, SaysThatTheDiskIsFull) {
  // /dev/full would do, were it a regular file: a bound on the size of files is the same to write(2).
  DiskGround ground;
  auto file = ground.storage().open(ground.path("file"), Opening::create);
  ASSERT_TRUE(file);
  const pid_t child = fork();
  if (child == 0) {
    struct rlimit bound{.rlim_cur = 1'000, .rlim_max = 1'000};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &bound) != 0) _exit(99);
    _exit((*file)->append(std::string(5'000, 'x')) == EFBIG ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*(*file)->size(), 1'000U) << "a short write is gone on with until it fails";
}

/// Another process that does `work` and then waits to be killed.
class Other {
 public:
  explicit Other(const std::function<void()>& work) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    child_ = fork();
    if (child_ == 0) {
      work();
      (void)!write(ends[1], "x", 1);
      for (;;) pause();
    }
    char ready = 0;
    (void)!read(ends[0], &ready, 1);
    close(ends[0]);
    close(ends[1]);
  }
  ~Other() { end(); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  void end() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  pid_t child_ = -1;
};

TEST(DiskStorage, LetsGoOfALockWhenItsHolderIsKilled) {
  DiskGround ground;
  Other other([&] { (void)ground.storage().lock(ground.path("lock"))->release(); });
  EXPECT_EQ(ground.storage().lock(ground.path("lock")).error().code, EWOULDBLOCK);
  other.end();
  EXPECT_TRUE(ground.storage().lock(ground.path("lock")));
}

TEST(ParentOf, IsTheFolderThatAPathLiesIn) {
  EXPECT_EQ(parent_of("a/b/c"), "a/b");
  EXPECT_EQ(parent_of("a/b/"), "a");
  EXPECT_EQ(parent_of("a"), ".");
  EXPECT_EQ(parent_of("/a"), "/");
  EXPECT_EQ(parent_of("/"), "/");
}

}  // namespace
}  // namespace atonce
