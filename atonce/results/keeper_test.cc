#include "atonce/results/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

#include "atonce/results/faulty_storage.h"
#include "atonce/results/scripted_run.h"

namespace atonce {
namespace {

std::uint64_t number_from(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

using testing::HasSubstr;
using testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool slow_build = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool slow_build = true;
#else
constexpr bool slow_build = false;
#endif
#else
constexpr bool slow_build = false;
#endif

/// Whether rows stand in the order of the list, and what is done to the targets.
class Keeping : public testing::TestWithParam<std::pair<bool, RowKind>> {
 protected:
  ScriptedRun run{.ordered = GetParam().first, .kind = GetParam().second};
};
INSTANTIATE_TEST_SUITE_P(Order, Keeping,
                         testing::Values(std::pair(false, RowKind::probe), std::pair(true, RowKind::probe),
                                         std::pair(true, RowKind::fetch), std::pair(false, RowKind::batch)),
                         [](const auto& run) {
                           return std::string(run.param.first ? "InTheOrderOfTheList" : "AsTheyFinish") +
                                  (run.param.second == RowKind::fetch   ? "WithHttp"
                                   : run.param.second == RowKind::batch ? "InBatches"
                                                                        : "");
                         });

TEST_P(Keeping, GivesEachTargetOneRowInEachOutput) {
  MemoryStorage disk;
  const auto ending = run.carry(disk, 1);
  EXPECT_TRUE(ending.complete) << ending.complaint << ending.error;
  EXPECT_EQ(run.faults(disk), "");
}

TEST_P(Keeping, CarriesOnAfterAKillAtAnyWrite) {
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 1).complete);
  for (std::size_t position = 0; position <= disk.position(); ++position) {
    const auto found = disk.after_kill(position);
    const auto ending = run.carry(*found, position);
    ASSERT_TRUE(ending.complete) << "killed at " << position << ": " << ending.complaint << ending.error;
    ASSERT_EQ(run.faults(*found), "") << "killed at " << position;
  }
}

TEST_P(Keeping, CarriesOnAfterFiftyKillsInARow) {
  std::mt19937_64 random(7);
  auto disk = std::make_unique<MemoryStorage>();
  for (int kill = 0; kill < 50; ++kill) {
    const std::size_t before = disk->position();
    (void)run.carry(*disk, random());
    disk = disk->after_kill(before + random() % (disk->position() - before + 1) / 2);
  }
  ASSERT_TRUE(run.carry(*disk, 1).complete);
  EXPECT_EQ(run.faults(*disk), "");
}

/// Eleven thousand images: half of them are cut a second time, while the run carries on.
TEST_P(Keeping, CarriesOnAfterAPowerCutAtAnyInstant) {
  // A soak names its first image, a multiple of fifty, and how long it goes on.
  const std::uint64_t first = number_from("ATONCE_POWER_CUT_FIRST");
  const std::uint64_t images = slow_build ? 200 : run.kind != RowKind::probe ? 1'000 : 5'000;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(number_from("ATONCE_POWER_CUT_SECONDS"));
  constexpr std::uint64_t images_of_a_run = 50;
  std::unique_ptr<MemoryStorage> disk;
  std::uint64_t seed = first;
  for (; seed < first + images || std::chrono::steady_clock::now() < until; ++seed) {
    SCOPED_TRACE(testing::Message() << "again: ATONCE_POWER_CUT_FIRST=" << seed / images_of_a_run * images_of_a_run
                                    << " results_test --gtest_filter='*PowerCutAtAnyInstant*'");
    std::mt19937_64 random(seed);
    if (seed % images_of_a_run == 0) {
      disk = std::make_unique<MemoryStorage>();
      run.answers_seed = seed + 1;
      ASSERT_TRUE(run.carry(*disk, seed).complete);
    }
    auto found = disk->after_power_cut(seed, random() % (disk->position() + 1));
    if (seed % 2 == 1) {
      (void)run.carry(*found, random());
      found = found->after_power_cut(random(), random() % (found->position() + 1));
    }
    const auto ending = run.carry(*found, random());
    ASSERT_TRUE(ending.complete) << "image " << seed << ": " << ending.complaint << ending.error;
    ASSERT_EQ(run.faults(*found), "") << "image " << seed;
  }
  if (first != 0) std::printf("%llu images of a power cut\n", static_cast<unsigned long long>(seed - first));
}

TEST_P(Keeping, CarriesOnWithAnyFileCutAtAnyByte) {
  constexpr std::size_t header_bytes_max = 1'000;
  run.targets = 12;
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 3).complete);
  const auto whole = disk.after_kill(disk.position());
  const auto halfway = disk.after_kill(disk.position() / 2);
  for (const auto& left : {whole.get(), halfway.get()}) {
    for (const std::string file :
         {"/state/run/journal", "/state/run/results.jsonl", "/state/run/results.csv", "/elsewhere/results.txt"}) {
      const std::string bytes = left->content(file);
      for (std::size_t cut = 0; cut < bytes.size(); cut += slow_build ? 37 : run.kind != RowKind::probe ? 5 : 1) {
        const auto found = left->after_kill(left->position());
        found->put(file, bytes.substr(0, cut));
        const auto ending = run.carry(*found, cut);
        if (!ending.complete && file.ends_with("journal")) {
          ASSERT_THAT(ending.complaint, HasSubstr("journal\" ")) << "cut at " << cut;
          ASSERT_LT(cut, header_bytes_max);
          continue;
        }
        ASSERT_TRUE(ending.complete) << file << " cut at " << cut << ": " << ending.complaint << ending.error;
        ASSERT_EQ(run.faults(*found), "") << file << " cut at " << cut;
      }
    }
  }
}

TEST_P(Keeping, CarriesOnWithAManifestCutAtAnyByteOrRefusesIt) {
  run.targets = 5;
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 3).complete);
  const std::string bytes = disk.content("/state/run/manifest.json");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto found = disk.after_kill(disk.position());
    found->put("/state/run/manifest.json", bytes.substr(0, cut));
    const auto ending = run.carry(*found, cut);
    if (ending.complete)
      EXPECT_EQ(run.faults(*found), "") << cut;
    else
      EXPECT_THAT(ending.complaint, HasSubstr("manifest.json")) << cut;
  }
}

TEST_P(Keeping, CarriesOnAfterAnyDiskOperationFailed) {
  constexpr std::array kinds{StorageOperation::write, StorageOperation::sync, StorageOperation::create,
                             StorageOperation::rename};
  int failures = 0;
  for (const StorageOperation kind : kinds) {
    for (const int error : {ENOSPC, EIO}) {
      for (std::uint64_t nth = 1;; ++nth) {
        MemoryStorage disk;
        FaultyStorage faulty(disk,
                             {.failures = {{.operation = kind, .nth = nth, .error = error, .half = nth % 2 == 0}}});
        const auto stopped = run.carry(faulty, nth);
        if (stopped.complete) break;
        ++failures;
        EXPECT_TRUE(stopped.error == error || !stopped.complaint.empty());
        const auto ending = run.carry(disk, nth + 1);
        ASSERT_TRUE(ending.complete) << nth << ": " << ending.complaint << ending.error;
        ASSERT_EQ(run.faults(disk), "") << nth;
      }
    }
  }
  EXPECT_GT(failures, 100);
}

struct Death {};

TEST_P(Keeping, CarriesOnAfterADeathAtAnyNamedPoint) {
  std::set<std::string_view> died_at;
  MemoryStorage first;
  ASSERT_TRUE(run.carry(first, 9).complete);
  // Of a run from its start, and of one that finds torn ends.
  const auto torn = first.after_kill(first.position() / 2);
  torn->put("/state/run/journal", torn->content("/state/run/journal") + "torn");
  torn->put("/state/run/results.csv", torn->content("/state/run/results.csv") + "1,2,");
  const MemoryStorage empty;
  for (const MemoryStorage* start : std::array<const MemoryStorage*, 2>{&empty, torn.get()}) {
    for (const NamedPoint& point : all_named_points) {
      bool died = true;
      for (std::uint64_t nth = 1; died; ++nth) {
        died = false;
        const auto disk = start->after_kill(0);
        FaultyStorage faulty(*disk, {.deaths = {{.point = std::string(point.name), .nth = nth}}},
                             [] { throw Death(); });
        try {
          (void)run.carry(faulty, nth);
        } catch (const Death&) {
          died = true;
          died_at.insert(point.name);
        }
        const auto ending = run.carry(*disk, nth);
        ASSERT_TRUE(ending.complete) << point.name << " " << nth << ": " << ending.complaint << ending.error;
        ASSERT_EQ(run.faults(*disk), "") << point.name << " " << nth;
      }
    }
  }
  for (const NamedPoint& point : all_named_points)
    EXPECT_TRUE(died_at.contains(point.name) || point.name.find("sqlite") != point.name.npos) << point.name;
}

TEST_P(Keeping, MakesAnOutputAnewThatVanishedOrWasChanged) {
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 1).complete);
  const auto vanished = disk.after_kill(disk.position());
  ASSERT_EQ(vanished->remove("/state/run/results.csv"), 0);
  auto folder = RunFolder::open(*vanished, run.path);
  ASSERT_TRUE(folder);
  {
    const auto recovery = Recovery::open(*folder, run.plan());
    ASSERT_TRUE(recovery);
    EXPECT_TRUE((*recovery)->needs_list());
    EXPECT_THAT((*recovery)->notes(), testing::ElementsAre(HasSubstr("results.csv\" had vanished; the rows")));
  }
  const auto changed = disk.after_kill(disk.position());
  std::string bytes = changed->content("/elsewhere/results.txt");
  bytes[bytes.size() / 2] ^= 1;
  changed->put("/elsewhere/results.txt", bytes);
  ASSERT_TRUE(run.carry(*changed, 2).complete);
  EXPECT_EQ(run.faults(*changed), "");
}

TEST(Keeper, IsRightAboutWhatIsSafe) {
  const ScriptedRun run;
  MemoryStorage disk;
  auto folder = RunFolder::create(disk, "/run");
  ASSERT_TRUE(folder);
  Manifest manifest{.run_id = "00112233445566778899aabbccddeeff",
                    .input = {.targets = {"a"}},
                    .outputs = {{ResultFormat::jsonl, "results.jsonl"}}};
  ASSERT_TRUE(folder->begin(manifest));
  const auto keeper = Keeper::start(*folder, run.plan());
  ASSERT_TRUE(keeper);
  for (std::uint64_t index = 0; index < 3; ++index) EXPECT_EQ((*keeper)->add(run.answer(index)), 0);
  EXPECT_EQ((*keeper)->records_safe(), 0u);
  EXPECT_EQ((*keeper)->flush(), 0);
  EXPECT_EQ((*keeper)->records_safe(), 3u);
  EXPECT_EQ((*keeper)->trouble(), "");
  EXPECT_THROW((*keeper)->add(run.answer(1)), std::logic_error);
}

TEST(Keeper, KeepsWhatStandsBeforeACheckpointThroughAPowerCut) {
  const ScriptedRun run;
  MemoryStorage disk;
  std::string rows;
  {
    auto folder = RunFolder::create(disk, "/run");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->begin({.run_id = "00112233445566778899aabbccddeeff",
                               .input = {.targets = {"a"}},
                               .outputs = {{ResultFormat::jsonl, "results.jsonl"}}}));
    const auto keeper = Keeper::start(*folder, run.plan(), {.checkpoint_records = 5});
    ASSERT_TRUE(keeper);
    for (std::uint64_t index = 0; index < 5; ++index) EXPECT_EQ((*keeper)->add(run.answer(index)), 0);
    rows = disk.content("/run/results.jsonl");
    for (std::uint64_t index = 5; index < 8; ++index) EXPECT_EQ((*keeper)->add(run.answer(index)), 0);
    EXPECT_EQ((*keeper)->flush(), 0);
  }
  EXPECT_EQ(std::ranges::count(rows, '\n'), 5);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto found = disk.after_power_cut(seed, disk.position());
    auto folder = RunFolder::open(*found, "/run");
    ASSERT_TRUE(folder) << folder.error().text;
    const auto recovery = Recovery::open(*folder, run.plan());
    ASSERT_TRUE(recovery) << recovery.error().text;
    EXPECT_GE((*recovery)->settled().count(), 5u) << seed;
    EXPECT_EQ(found->content("/run/results.jsonl"), rows) << seed;
  }
}

TEST(Keeper, TellsWhatFailedAndHowToCarryOn) {
  const ScriptedRun run;
  MemoryStorage disk;
  FaultyStorage faulty(disk, {.failures = {{.operation = StorageOperation::write, .nth = 12, .error = ENOSPC}}});
  auto folder = RunFolder::create(faulty, "/run");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->begin({.run_id = "00112233445566778899aabbccddeeff",
                             .input = {.targets = {"a"}},
                             .outputs = {{ResultFormat::jsonl, "results.jsonl"}}}));
  const auto keeper = Keeper::start(*folder, run.plan());
  ASSERT_TRUE(keeper);
  std::uint64_t index = 0;
  while ((*keeper)->add(run.answer(index)) == 0 && (*keeper)->flush() == 0) ++index;
  EXPECT_EQ((*keeper)->add(run.answer(index + 1)), ENOSPC);
  EXPECT_EQ((*keeper)->close(true), ENOSPC);
  EXPECT_THAT((*keeper)->trouble(), HasSubstr("No space left on device"));
  EXPECT_THAT((*keeper)->trouble(), HasSubstr("\"atonce resume /run\" carries on"));
}

TEST(Keeper, LeavesAFolderThatCanBeUsedAnewWhenAnOutputCannotBeMade) {
  MemoryStorage disk;
  auto folder = RunFolder::create(disk, "/run");
  ASSERT_TRUE(folder);
  Manifest manifest{.run_id = "00112233445566778899aabbccddeeff",
                    .input = {.targets = {"a"}},
                    .outputs = {{ResultFormat::jsonl, "results.jsonl"}, {ResultFormat::csv, "/nowhere/a.csv"}}};
  ASSERT_TRUE(folder->begin(manifest));
  const auto keeper = Keeper::start(*folder, {});
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().text, "\"/nowhere/a.csv\" cannot be written: No such file or directory");
  folder = complain("");
  EXPECT_TRUE(RunFolder::create(disk, "/run"));
}

TEST(Keeper, RefusesToWriteOverTheListOrTwoFormatsIntoOneFile) {
  for (const char* path : {"/lists/a.csv", "/run/results.jsonl"}) {
    MemoryStorage disk;
    disk.put("/lists/a.csv", "google.com\n");
    auto folder = RunFolder::create(disk, "/run");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->begin({.run_id = "00112233445566778899aabbccddeeff",
                               .input = {.path = "/lists/a.csv"},
                               .outputs = {{ResultFormat::jsonl, "results.jsonl"}, {ResultFormat::csv, path}}}));
    EXPECT_THAT(Keeper::start(*folder, {}).error().text, HasSubstr("give another file to -o"));
    EXPECT_EQ(disk.content("/lists/a.csv"), "google.com\n");
  }
}

TEST(Recovery, KnowsWhatWasTriedAndNotSettled) {
  const ScriptedRun run;
  MemoryStorage disk;
  auto folder = RunFolder::create(disk, "/run");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->begin({.run_id = "00112233445566778899aabbccddeeff", .input = {.targets = {"a"}}}));
  {
    const auto keeper = Keeper::start(*folder, run.plan());
    ASSERT_TRUE(keeper);
    Outcome tried = run.answer(2);
    tried.verdict = Verdict::timeout;
    tried.tries = 3;
    tried.evidence.waited_ms = 3'500;
    EXPECT_EQ((*keeper)->tried(tried), 0);
    EXPECT_EQ((*keeper)->tried(run.answer(0)), 0);
    EXPECT_EQ((*keeper)->add(run.answer(0)), 0);
    EXPECT_EQ((*keeper)->close(false), 0);
  }
  const auto recovery = Recovery::open(*folder, run.plan());
  ASSERT_TRUE(recovery);
  EXPECT_FALSE((*recovery)->complete());
  EXPECT_FALSE((*recovery)->needs_list());
  EXPECT_EQ((*recovery)->sessions(), 1u);
  EXPECT_TRUE((*recovery)->settled().has(0));
  ASSERT_EQ((*recovery)->tried().size(), 1u);
  const Outcome& prior = (*recovery)->tried().at(2);
  EXPECT_EQ(prior.verdict, Verdict::timeout);
  EXPECT_EQ(prior.tries, 3);
  EXPECT_EQ(prior.evidence.waited_ms, 3'500u);
  EXPECT_EQ((*recovery)->tally().total(), 1u);
}

TEST(Recovery, RefusesTheJournalOfAnotherRun) {
  const ScriptedRun run;
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 1).complete);
  std::string manifest = disk.content("/state/run/manifest.json");
  manifest.replace(manifest.find("00112233"), 8, "99112233");
  const auto found = disk.after_kill(disk.position());
  found->put("/state/run/manifest.json", manifest);
  EXPECT_THAT(run.carry(*found, 1).complaint, HasSubstr("the journal of another run"));
}

TEST(Recovery, RefusesAListThatIsTooShort) {
  const ScriptedRun run;
  MemoryStorage disk;
  ASSERT_TRUE(run.carry(disk, 1).complete);
  ASSERT_EQ(disk.remove("/state/run/results.jsonl"), 0);
  auto folder = RunFolder::open(disk, run.path);
  const auto recovery = Recovery::open(*folder, run.plan());
  ASSERT_TRUE(recovery);
  for (std::uint64_t index = 0; index + 3 < run.targets; ++index)
    EXPECT_EQ((*recovery)->offer(run.answer(index).target), 0);
  const auto keeper = (*recovery)->carry_on();
  ASSERT_FALSE(keeper);
  EXPECT_THAT(keeper.error().text, HasSubstr("the list ends before 3 targets"));
}

TEST(SettledSet, FindsGapsAndMembers) {
  SettledSet set;
  EXPECT_EQ(set.next(0), SettledSet::none);
  for (std::uint64_t index = 0; index < 200; ++index)
    if (index != 70) EXPECT_TRUE(set.insert(index));
  EXPECT_FALSE(set.insert(3));
  EXPECT_EQ(set.first_gap(), 70u);
  EXPECT_EQ(set.next(70), 71u);
  EXPECT_EQ(set.next(199), 199u);
  EXPECT_EQ(set.next(200), SettledSet::none);
  EXPECT_TRUE(set.insert(70));
  EXPECT_EQ(set.first_gap(), 200u);
  EXPECT_EQ(set.count(), 200u);
  EXPECT_TRUE(set.insert(1'000));
  EXPECT_FALSE(set.has(999));
  EXPECT_EQ(set.next(201), 1'000u);
  for (std::uint64_t index = 200; index < 256; ++index) set.insert(index);
  EXPECT_EQ(set.first_gap(), 256u);
}

}  // namespace
}  // namespace atonce
