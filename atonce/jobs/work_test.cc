#include "atonce/jobs/work.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace atonce {
namespace {

using testing::HasSubstr;

ComputedPart done(Work& work, std::uint64_t units = 1'000) {
  while (work.advance(units)) {
  }
  ComputedPart part;
  work.tell(part);
  return part;
}

std::string path_of(const char* name) { return testing::TempDir() + name; }

TEST(Work, OfSamplesIsSharedOutToTheLastOne) {
  const WorkSpec spec{.kind = WorkKind::uniform, .samples = 1'000'003};
  std::uint64_t samples = 0;
  double total = 0;
  for (std::uint32_t part = 0; part < 7; ++part) {
    auto work = begin_work(spec, 9, part, 7);
    ASSERT_TRUE(work);
    total += done(**work).total;
    samples += (*work)->done();
  }
  EXPECT_EQ(samples, 1'000'003u);
  EXPECT_NEAR(total, 500'001.5, 5 * std::sqrt(1'000'003 / 12.0));
}

TEST(Work, OfAPartHasAStreamOfItsOwn) {
  const WorkSpec spec{.kind = WorkKind::normal, .samples = 2'000};
  auto one = begin_work(spec, 9, 0, 2), again = begin_work(spec, 9, 0, 2), other = begin_work(spec, 9, 1, 2);
  const double total = done(**one).total;
  EXPECT_EQ(total, done(**again, 7).total);
  EXPECT_NE(total, done(**other).total);
}

TEST(Work, HashesAFileAsSha256sumDoes) {
  const std::string path = path_of("atonce_work");
  std::ofstream(path) << "abc";
  auto work = begin_work({.kind = WorkKind::sha256, .file = path}, 1, 0, 1);
  ASSERT_TRUE(work);
  // FIPS 180-4, the example of one block.
  EXPECT_STREQ(done(**work).digest.data(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ((*work)->done(), 3u);
  std::filesystem::remove(path);
}

TEST(Work, HashesALongFileInPiecesOfAnySize) {
  const std::string path = path_of("atonce_work_long");
  std::ofstream(path) << std::string(1'000'000, 'a');
  for (const std::uint64_t piece : {1'000u, 65'536u, 100'000u, 10'000'000u}) {
    auto work = begin_work({.kind = WorkKind::sha256, .file = path}, 1, 0, 1);
    // FIPS 180-4, the example of a million times "a".
    EXPECT_STREQ(done(**work, piece).digest.data(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
  std::filesystem::remove(path);
}

TEST(Work, RefusesWhatIsNoFileAndSaysWhy) {
  const auto why = [](const std::string& path) {
    const auto work = begin_work({.kind = WorkKind::sha256, .file = path}, 1, 0, 1);
    return work ? std::string() : work.error().text;
  };
  EXPECT_THAT(why("/nowhere/at\x1b[all"), HasSubstr("No such file"));
  EXPECT_THAT(why("/nowhere/at\x1b[all"), testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(why("/"), HasSubstr("Is a directory"));
  EXPECT_THAT(why("/dev/zero"), HasSubstr("no file"));
  const std::string pipe = path_of("atonce_work_pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(why(pipe), HasSubstr("no file"));  // And does not wait for a writer.
  std::filesystem::remove(pipe);
}

}  // namespace
}  // namespace atonce
