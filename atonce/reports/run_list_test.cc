#include "atonce/reports/run_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<KeptRun> three_runs() {
  return {{.folder = "/state/c",
           .started = "2026-11-21T01:06:50Z",
           .job = "probe",
           .input = "list.csv",
           .condition = RunCondition::running,
           .pid = 4711,
           .settled = 1'200,
           .bytes = 8'192},
          {.folder = "/state/b",
           .started = "2026-11-20T01:06:50Z",
           .job = "probe",
           .input = "list.csv",
           .settled = 10,
           .total = 10,
           .bytes = 512},
          {.folder = "/state/a", .condition = RunCondition::unreadable, .trouble = "the journal is of a newer atonce"}};
}

TEST(RunList, HasOneRowForEachRun) {
  EXPECT_EQ(write_run_list(three_runs(), false),
            "state              started                settled     size  job             folder\n"
            "running, pid 4711  2026-11-21T01:06:50Z     1,200  8.0 KiB  probe list.csv  /state/c\n"
            "complete           2026-11-20T01:06:50Z  10 of 10    512 B  probe list.csv  /state/b\n"
            "unreadable                                      -      0 B                  /state/a\n"
            "  the journal is of a newer atonce\n");
}

TEST(RunList, PaintsTheStateAlone) {
  EXPECT_THAT(write_run_list(three_runs(), true), HasSubstr("\x1b[36mrunning, pid 4711\x1b[0m  2026"));
}

TEST(RunList, SaysTheSameToAProgram) {
  const auto rows = nlohmann::json::parse(write_run_list_json(three_runs()));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["state"], "running");
  EXPECT_EQ(rows[0]["pid"], 4711);
  EXPECT_TRUE(rows[0]["total"].is_null());
  EXPECT_EQ(rows[1]["total"], 10);
  EXPECT_EQ(rows[2]["trouble"], "the journal is of a newer atonce");
  EXPECT_EQ(write_run_list_json({}), "[]\n");
}

TEST(RunList, LetsNoNameMoveTheCursor) {
  std::vector<KeptRun> runs = three_runs();
  runs[0].folder = runs[0].input = runs[0].trouble = "\x1b[2J\r\n\xff" + std::string(100, 'x');
  EXPECT_THAT(write_run_list(runs, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(write_run_list(runs, false), Not(HasSubstr("\r")));
  EXPECT_TRUE(nlohmann::json::accept(write_run_list_json(runs)));
}

}  // namespace
}  // namespace atonce
