#include <gtest/gtest.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

nlohmann::json row(const Outcome& outcome) { return nlohmann::json::parse(written(ResultFormat::jsonl, {outcome})); }

TEST(JsonlRows, WritesEveryField) {
  EXPECT_EQ(
      written(ResultFormat::jsonl, {open_outcome()}),
      R"({"schema":1,"line":1,"input":"Google.com","target":"google.com","port":443,"verdict":"open","status":"success",)"
      R"("blame":null,"tries":1,"address":"127.1.0.7","errno":null,"error":null,"time_queue":0.002000,)"
      R"("time_namelookup":0.003500,"time_connect":0.021300,"time_total":0.021300,)"
      R"("lap":1,"overturned":false,"unsure":null})"
      "\n");
}

TEST(JsonlRows, NamesTheErrorAndWhoseItIs) {
  Outcome outcome = open_outcome();
  outcome.verdict = Verdict::closed;
  outcome.error = ECONNREFUSED;
  const auto fields = row(outcome);
  EXPECT_EQ(fields["errno"], ECONNREFUSED);
  EXPECT_EQ(fields["error"], "ECONNREFUSED");
  EXPECT_EQ(fields["blame"], "target");
  EXPECT_EQ(fields["status"], "connection-refused");
}

TEST(JsonlRows, SaysWhatANegativeVerdictRestsOn) {
  Outcome outcome = open_outcome();
  outcome.verdict = Verdict::timeout;
  outcome.tries = 2;
  outcome.lap = 2;
  outcome.doubts = Doubts(Doubt::late_loop) | Doubt::local_drops;
  outcome.overturned = true;
  outcome.evidence = {.waited_ms = 3'500, .lateness_ms = 12, .drops = 7, .syns = 4};
  auto fields = row(outcome);
  EXPECT_EQ(fields["unsure"], "late_loop+local_drops");
  EXPECT_EQ(fields["lap"], 2);
  EXPECT_EQ(fields["overturned"], true);
  EXPECT_DOUBLE_EQ(fields["waited"], 3.5);
  EXPECT_DOUBLE_EQ(fields["lateness"], 0.012);
  EXPECT_EQ(fields["drops"], 7);
  EXPECT_EQ(fields["syns"], 4);
  outcome.evidence.syns = 0;
  EXPECT_TRUE(row(outcome)["syns"].is_null());
  outcome.verdict = Verdict::open;
  for (const char* absent : {"waited", "syns", "lateness", "drops"}) EXPECT_FALSE(row(outcome).contains(absent));
}

TEST(JsonlRows, WritesNullForTimesThatWereNotReached) {
  Outcome outcome = open_outcome();
  outcome.verdict = Verdict::no_name;
  outcome.address = {};
  outcome.resolved = outcome.connected = {};
  const auto fields = row(outcome);
  EXPECT_TRUE(fields["address"].is_null());
  EXPECT_TRUE(fields["time_namelookup"].is_null());
  EXPECT_TRUE(fields["time_connect"].is_null());
  EXPECT_DOUBLE_EQ(fields["time_total"], 0.0213);
}

TEST(JsonlRows, SaysWhyALineIsNoTarget) {
  const auto fields = row(invalid_outcome("a\x1b..\"b\xff", "the name has an empty label"));
  EXPECT_EQ(fields["line"], 17);
  EXPECT_EQ(fields["input"], "a\x1b..\"b\ufffd");
  EXPECT_EQ(fields["verdict"], "invalid_input");
  EXPECT_EQ(fields["blame"], "config");
  EXPECT_EQ(fields["complaint"], "the name has an empty label");
  EXPECT_EQ(fields["tries"], 0);
  for (const char* absent : {"target", "port", "address", "time_queue", "time_total"})
    EXPECT_TRUE(fields[absent].is_null()) << absent;
}

TEST(JsonlRows, CarriesColumnsAndAttempts) {
  Outcome outcome = open_outcome();
  outcome.target.columns = {{"rank", "1"}, {"say \"hi\"", "a\nb"}};
  outcome.attempts = {{.address = *parse_address("::1"),
                       .verdict = Verdict::closed,
                       .error = ECONNREFUSED,
                       .took = Duration(1'500'000)},
                      {.address = *parse_address("127.1.0.7"), .verdict = Verdict::open, .took = Duration(2'000'000)}};
  const auto fields = row(outcome);
  EXPECT_EQ(fields["columns"], nlohmann::json({{"rank", "1"}, {"say \"hi\"", "a\nb"}}));
  ASSERT_EQ(fields["attempts"].size(), 2u);
  EXPECT_EQ(fields["attempts"][0], nlohmann::json({{"address", "::1"},
                                                   {"verdict", "closed"},
                                                   {"errno", ECONNREFUSED},
                                                   {"error", "ECONNREFUSED"},
                                                   {"time", 0.0015}}));
  EXPECT_EQ(fields["attempts"][1]["verdict"], "open");
  EXPECT_TRUE(fields["attempts"][1]["errno"].is_null());
}

TEST(JsonlRows, WritesOneLineForEachOutcome) {
  const std::string text =
      written(ResultFormat::jsonl, {open_outcome(), invalid_outcome("a\nb", "x\ny"), open_outcome()});
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
}

}  // namespace
}  // namespace atonce
