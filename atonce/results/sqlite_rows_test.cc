#include "atonce/results/sqlite_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "atonce/results/faulty_storage.h"
#include "atonce/results/row_fields.h"
#include "atonce/results/scripted_run.h"
#include "atonce/results/sqlite_sink.h"
#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SqliteRowsTest : public testing::Test {
 protected:
  SqliteRowsTest() {
    // In memory where there is such a place: these tests ask for hundreds of syncs.
    std::string pattern = access("/dev/shm", W_OK) == 0 ? "/dev/shm/atonce_test_XXXXXX" : "/tmp/atonce_test_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~SqliteRowsTest() override { std::filesystem::remove_all(folder_); }
  std::string path(std::string_view name = "rows.sqlite") const { return folder_ + "/" + std::string(name); }

  /// The first column of each row, as another program reads it; a null as "null".
  std::vector<std::string> ask(const std::string& sql, const std::string& name = "rows.sqlite") const {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    std::vector<std::string> values;
    EXPECT_EQ(sqlite3_open_v2(path(name).c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      const auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
      const bool null = sqlite3_column_type(statement, 0) == SQLITE_NULL;
      values.push_back(null ? "null" : bytes == nullptr ? "" : std::string(bytes, count));
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return values;
  }

  std::string folder_;
};

TEST_F(SqliteRowsTest, HasTheFieldsOfJsonlTyped) {
  SqliteRows rows;
  ASSERT_EQ(rows.create(path(), "run"), 0);
  Outcome silent = open_outcome();
  silent.target.index = 1;
  silent.verdict = Verdict::timeout;
  silent.error = ETIMEDOUT;
  silent.doubts = Doubts(Doubt::few_syns) | Doubt::late_loop;
  silent.evidence = {.waited_ms = 3'500, .lateness_ms = 20, .drops = 2, .syns = 1};
  silent.target.columns = {{"rank", "1"}};
  ASSERT_EQ(rows.insert(open_outcome()), 0);
  ASSERT_EQ(rows.insert(silent), 0);
  ASSERT_EQ(rows.commit(2), 0);
  EXPECT_THAT(
      ask("SELECT concat_ws FROM (SELECT line||'|'||input||'|'||target||'|'||port||'|'||verdict||'|'||status||'|'||"
          "tries||'|'||address||'|'||time_queue||'|'||time_namelookup||'|'||time_connect||'|'||time_total||'|'||"
          "lap||'|'||overturned AS concat_ws FROM results WHERE position = 0)"),
      ElementsAre("1|Google.com|google.com|443|open|success|1|127.1.0.7|0.002|0.0035|0.0213|0.0213|1|0"));
  EXPECT_THAT(ask("SELECT coalesce(blame, errno, error, complaint, unsure, waited, syns, lateness, drops, columns, "
                  "attempts) FROM results WHERE position = 0"),
              ElementsAre("null"));
  EXPECT_THAT(ask("SELECT blame||'|'||errno||'|'||error||'|'||unsure||'|'||waited||'|'||syns||'|'||lateness||'|'||drops"
                  "||'|'||json_extract(columns, '$.rank') FROM results WHERE position = 1"),
              ElementsAre("target|110|ETIMEDOUT|few_syns+late_loop|3.5|1|0.02|2|1"));
  EXPECT_THAT(ask("SELECT records||schema FROM run"), ElementsAre("21"));
  EXPECT_THAT(ask("PRAGMA user_version"), ElementsAre("2"));
}

TEST_F(SqliteRowsTest, HasAColumnForEveryFieldOfJsonl) {
  SqliteRows rows;
  ASSERT_EQ(rows.create(path(), "run"), 0);
  const std::vector<std::string> names = ask("SELECT name FROM pragma_table_info('results')");
  for (const char* field :
       {"line",         "input",      "target",  "port",       "verdict",   "status",     "blame",
        "tries",        "address",    "errno",   "error",      "complaint", "time_queue", "time_namelookup",
        "time_connect", "time_total", "lap",     "overturned", "unsure",    "waited",     "syns",
        "lateness",     "drops",      "columns", "attempts"})
    EXPECT_THAT(names, testing::Contains(field));
  EXPECT_EQ(names.size(), 26u);
}

TEST_F(SqliteRowsTest, KeepsHostileTextByteForByte) {
  const std::vector<std::string> texts{"'); DROP TABLE results; --", "a\x1b[2J\u202e", "\xff\xfe",
                                       std::string("a\0b", 3),       "\"%s\"",         ""};
  SqliteRows rows;
  ASSERT_EQ(rows.create(path(), "run"), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Outcome outcome = invalid_outcome(texts[i], "bad");
    outcome.target.index = i;
    ASSERT_EQ(rows.insert(outcome), 0);
  }
  ASSERT_EQ(rows.commit(texts.size()), 0);
  EXPECT_EQ(ask("SELECT input FROM results ORDER BY position"), texts);
  EXPECT_THAT(ask("SELECT typeof(input) FROM results ORDER BY position"),
              ElementsAre("text", "text", "blob", "blob", "text", "text"));
}

TEST_F(SqliteRowsTest, CanBeReadWhileItIsWritten) {
  SqliteRows rows;
  ASSERT_EQ(rows.create(path(), "run"), 0);
  ASSERT_EQ(rows.insert(open_outcome()), 0);
  ASSERT_EQ(rows.commit(1), 0);
  ASSERT_EQ(rows.insert(invalid_outcome("b", "bad")), 0);
  EXPECT_THAT(ask("SELECT count(*) FROM results"), ElementsAre("1"));
  ASSERT_EQ(rows.commit(2), 0);
  EXPECT_THAT(ask("SELECT count(*) FROM results"), ElementsAre("2"));
}

TEST_F(SqliteRowsTest, HasEachTargetOnceAndIndexesAtTheEnd) {
  SqliteRows rows;
  ASSERT_EQ(rows.create(path(), "run"), 0);
  ASSERT_EQ(rows.insert(open_outcome()), 0);
  ASSERT_EQ(rows.insert(open_outcome()), 0);
  ASSERT_EQ(rows.commit(1), 0);
  EXPECT_THAT(ask("SELECT count(*) FROM results"), ElementsAre("1"));
  EXPECT_THAT(ask("SELECT name FROM sqlite_schema WHERE type = 'index'"), testing::IsEmpty());
  ASSERT_EQ(rows.complete(), 0);
  rows.close();
  EXPECT_THAT(ask("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name"),
              ElementsAre("results_address", "results_target", "results_verdict"));
  EXPECT_FALSE(std::filesystem::exists(path("rows.sqlite-wal")));
  struct stat status{};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(SqliteRowsTest, OpensOnlyTheWholeDatabaseOfItsRun) {
  {
    SqliteRows rows;
    EXPECT_EQ(rows.open(path(), "run"), std::nullopt);
    ASSERT_EQ(rows.create(path(), "run"), 0);
    for (std::uint64_t i = 0; i < 500; ++i) ASSERT_EQ(rows.insert(ScriptedRun().answer(i)), 0);
    ASSERT_EQ(rows.commit(500), 0);
    ASSERT_EQ(rows.insert(ScriptedRun().answer(500)), 0);
  }
  SqliteRows rows;
  EXPECT_EQ(rows.open(path(), "run"), 500u);
  rows.close();
  EXPECT_EQ(rows.open(path(), "another"), std::nullopt);
  rows.close();
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) / 2);
  EXPECT_EQ(rows.open(path(), "run"), std::nullopt);
  rows.close();
  std::ofstream(path())
      << "no database at all, but long enough to be looked at for a header of one hundred bytes ......";
  EXPECT_EQ(rows.open(path(), "run"), std::nullopt);
  EXPECT_EQ(rows.create(path(), "run"), 0);
}

TEST_F(SqliteRowsTest, SaysWhyItCannotBeMade) {
  SqliteRows rows;
  EXPECT_EQ(rows.create(path("nowhere/rows.sqlite"), "run"), ENOENT);
  EXPECT_THAT(SqliteSink::open("-").error().text, HasSubstr("give it a file with -o"));
  EXPECT_THAT(SqliteSink::open(path("nowhere/x")).error().text, HasSubstr("No such file"));
}

TEST_F(SqliteRowsTest, KeepsWhatItHasCommittedWhenTheDiskTakesNoMore) {
  const pid_t writer = fork();
  if (writer == 0) {
    const rlimit little{200'000, 200'000};  // bytes of a file
    std::signal(SIGXFSZ, SIG_IGN);
    SqliteRows rows;
    int error = setrlimit(RLIMIT_FSIZE, &little) == 0 ? rows.create(path(), "run") : 0;
    for (std::uint64_t i = 0; i < 10'000 && error == 0; ++i) {
      error = rows.insert(ScriptedRun().answer(i));
      if (error == 0 && i % 10 == 9) error = rows.commit(i + 1);
    }
    _exit(error);
  }
  int status = 0;
  ASSERT_EQ(waitpid(writer, &status, 0), writer);
  EXPECT_EQ(WEXITSTATUS(status), EIO);
  SqliteRows rows;
  const auto records = rows.open(path(), "run");
  ASSERT_TRUE(records);
  EXPECT_GT(*records, 10u);
}

TEST_F(SqliteRowsTest, TakesOutcomesWithoutARunFolder) {
  const auto sink = SqliteSink::open(path());
  ASSERT_TRUE(sink);
  for (std::uint64_t i = 0; i < 20; ++i) ASSERT_EQ((*sink)->add(ScriptedRun().answer(i)), 0);
  ASSERT_EQ((*sink)->flush(), 0);
  ASSERT_EQ((*sink)->close(), 0);
  EXPECT_EQ((*sink)->rows_safe(), 20u);
  EXPECT_THAT(ask("SELECT count(*) FROM results"), ElementsAre("20"));
}

TEST_F(SqliteRowsTest, HasTheFieldsOfAnExchangeTyped) {
  SqliteRows rows(RowKind::fetch);
  ASSERT_EQ(rows.create(path(), "run"), 0);
  Outcome outcome = fetched_outcome();
  outcome.target.input = "https://me:secret@example.org";
  outcome.exchange->reason = std::string("a\0b", 3);
  outcome.exchange->redirects = {{301, "https://example.org/"}};
  ASSERT_EQ(rows.insert(outcome), 0);
  Outcome unmatched = fetched_outcome();
  unmatched.target.index = 1;
  unmatched.exchange->matched = false;
  ASSERT_EQ(rows.insert(unmatched), 0);
  Outcome failed = fetched_outcome();
  failed.target.index = 2;
  failed.exchange.reset();
  ASSERT_EQ(rows.insert(failed), 0);
  ASSERT_EQ(rows.commit(3), 0);
  const auto types = [&](const std::string& column) {
    return ask("SELECT typeof(" + column + ")||' '||ifnull(" + column + ", '') FROM results ORDER BY position");
  };
  EXPECT_THAT(types("input"), ElementsAre("text https://***@example.org", "text example.org"));
  EXPECT_THAT(types("url"), ElementsAre("text https://example.org/", "text https://example.org/"));
  EXPECT_THAT(types("status_code"), ElementsAre("integer 200", "null "));
  EXPECT_THAT(types("typeof(reason)"), ElementsAre("text blob", "text null"));
  EXPECT_THAT(types("redirects"), ElementsAre(R"(text [{"status":301,"url":"https://example.org/"}])", "null "));
  EXPECT_THAT(types("insecure"), ElementsAre("integer 0", "null "));
  EXPECT_THAT(types("tls_version"), ElementsAre("text TLSv1.3", "null "));
  EXPECT_THAT(types("time_starttransfer"), ElementsAre("real 0.058", "null "));
  EXPECT_THAT(types("time_total"), ElementsAre("real 0.21", "real 0.21"));
  EXPECT_THAT(ask("SELECT records||'/'||rows FROM run"), ElementsAre("3/2"));
  rows.close();
  EXPECT_EQ(rows.open(path(), "run"), 3u);
}

struct Death {};

/// Of the run, at every point where its process can die; the database of a real disk, with the journal.
TEST_F(SqliteRowsTest, IsInStepWithTheJournalAfterADeathAtAnyNamedPoint) {
  const auto disk = disk_storage();
  ScriptedRun run{.path = path("run"), .targets = 25, .outputs = {{ResultFormat::sqlite, "results.sqlite"}}};
  std::set<std::string_view> died_at;
  for (const NamedPoint& point : all_named_points) {
    for (const std::uint64_t nth : {1, 2, 4}) {
      std::filesystem::remove_all(run.path);
      run.kind = nth == 2 ? RowKind::fetch : RowKind::probe;
      FaultyStorage faulty(*disk, {.deaths = {{.point = std::string(point.name), .nth = nth}}}, [] { throw Death(); });
      try {
        (void)run.carry(faulty, nth);
      } catch (const Death&) {
        died_at.insert(point.name);
      }
      const auto ending = run.carry(*disk, nth + 1);
      ASSERT_TRUE(ending.complete) << point.name << " " << nth << ": " << ending.complaint << ending.error;
      ASSERT_EQ(run.faults(*disk), "") << point.name;
      ASSERT_THAT(ask("SELECT count(*)||'/'||count(DISTINCT position) FROM results", "run/results.sqlite"),
                  ElementsAre(fmt::format("{0}/{0}", run.rows())))
          << point.name;
      ASSERT_THAT(ask("SELECT rows FROM run", "run/results.sqlite"), ElementsAre(std::to_string(run.rows())));
      ASSERT_THAT(ask("SELECT records FROM run", "run/results.sqlite"), ElementsAre("25"));
      for (const std::uint64_t index : {0, 3, 4, 24})
        if (has_row(run.answer(index)))
          ASSERT_THAT(
              ask("SELECT verdict FROM results WHERE position = " + std::to_string(index), "run/results.sqlite"),
              ElementsAre(std::string(name_of(run.answer(index).verdict))));
    }
  }
  EXPECT_TRUE(died_at.contains("before-sqlite-commit"));
  EXPECT_TRUE(died_at.contains("after-sqlite-commit"));
}

TEST_F(SqliteRowsTest, IsMadeAnewWhenItVanishedOrHasLostRows) {
  const auto disk = disk_storage();
  const ScriptedRun run{.path = path("run"), .outputs = {{ResultFormat::sqlite, "results.sqlite"}}};
  ASSERT_TRUE(run.carry(*disk, 1).complete);
  for (const bool vanishes : {true, false}) {
    if (vanishes) {
      std::filesystem::remove(path("run/results.sqlite"));
    } else {
      sqlite3* database = nullptr;
      ASSERT_EQ(sqlite3_open(path("run/results.sqlite").c_str(), &database), SQLITE_OK);
      ASSERT_EQ(sqlite3_exec(database, "DELETE FROM results WHERE position % 3 = 0", nullptr, nullptr, nullptr),
                SQLITE_OK);
      sqlite3_close(database);
    }
    ASSERT_TRUE(run.carry(*disk, 2).complete);
    EXPECT_THAT(ask("SELECT count(*) FROM results", "run/results.sqlite"), ElementsAre("40"));
  }
}

}  // namespace
}  // namespace atonce
