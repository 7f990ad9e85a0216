#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::HasSubstr;

const std::string header =
    "schema,line,input,target,port,verdict,status,blame,tries,address,errno,error,complaint,time_queue,time_namelookup,"
    "time_connect,time_total,columns,attempts,lap,overturned,unsure,waited,syns,lateness,drops\n";

std::string row(const Outcome& outcome) {
  const std::string text = written(ResultFormat::csv, {outcome});
  EXPECT_TRUE(text.starts_with(header));
  return text.substr(header.size());
}

TEST(CsvRows, WritesAHeaderAndEveryField) {
  EXPECT_EQ(written(ResultFormat::csv, {}), header);
  EXPECT_EQ(row(open_outcome()),
            "1,1,Google.com,google.com,443,open,success,,1,127.1.0.7,,,,0.002000,0.003500,0.021300,0.021300,,,1,false,,"
            ",,,\n");
}

TEST(CsvRows, LeavesCellsEmptyThatHaveNothing) {
  EXPECT_EQ(row(invalid_outcome("..", "the name is empty")),
            "1,17,..,,,invalid_input,invalid-inputs,config,0,,,,\"the name is empty\",,,,,,,1,false,,,,,\n");
}

TEST(CsvRows, SaysWhatANegativeVerdictRestsOn) {
  Outcome outcome = open_outcome();
  outcome.verdict = Verdict::timeout;
  outcome.doubts = Doubts(Doubt::few_syns) | Doubt::disagreement;
  outcome.evidence = {.waited_ms = 3'500, .lateness_ms = 12, .drops = 7, .syns = 1};
  EXPECT_THAT(row(outcome), testing::EndsWith(",,,1,false,few_syns+disagreement,3.500000,1,0.012000,7\n"));
}

TEST(CsvRows, QuotesCommasAndQuotes) { EXPECT_THAT(row(invalid_outcome("2,\"b", "bad")), HasSubstr(",\"2,\"\"b\",,")); }

TEST(CsvRows, WritesColumnsAndAttemptsAsJsonInACell) {
  Outcome outcome = open_outcome();
  outcome.target.columns = {{"note", "=1,\"2\""}};
  outcome.attempts = {
      {.address = *parse_address("::1"), .verdict = Verdict::timeout, .error = ETIMEDOUT, .took = Duration(1'000)}};
  EXPECT_THAT(row(outcome), HasSubstr(R"(,"{""note"":""=1,\""2\""""}",)"));
  EXPECT_THAT(row(outcome), HasSubstr(R"("[{""address"":""::1"",""verdict"":""timeout"",""errno"":110,)"));
}

TEST(CsvRows, NeutralizesWhatASpreadsheetWouldRun) {
  for (const std::string start : {"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"})
    EXPECT_THAT(row(invalid_outcome(start + "cmd()", "bad")), HasSubstr(",'" + start + "cmd(),")) << start;
  EXPECT_THAT(row(invalid_outcome("\t=cmd()", "bad")), HasSubstr(",'\\x09=cmd(),"));
  EXPECT_THAT(row(invalid_outcome("\r=cmd()", "bad")), HasSubstr(",'\\x0D=cmd(),"));
}

TEST(CsvRows, ShowsControlBytesEscapedAndKeepsARowOnOneLine) {
  const std::string text = row(invalid_outcome("a\x1b[2J\nb\u202e", "bad"));
  EXPECT_THAT(text, HasSubstr("a\\x1B[2J\\x0Ab\\u{202E}"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST(CsvRows, WritesNoSecondHeaderIntoAFileWithRows) {
  const int file = memfd_create("rows", MFD_CLOEXEC);
  for (int run = 0; run < 2; ++run) {
    FileWriter writer(file);
    const auto sink = row_of(ResultFormat::csv).make(writer, {});
    EXPECT_EQ(sink->add(open_outcome()), 0);
  }
  EXPECT_EQ(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), header.size() + 2 * row(open_outcome()).size());
  close(file);
}

}  // namespace
}  // namespace atonce
