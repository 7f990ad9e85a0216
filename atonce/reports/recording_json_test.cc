#include "atonce/reports/recording_json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using namespace std::chrono_literals;

const Instant zero = Instant(1h);

TEST(RecordingJson, HasTheSampleTheBinsAndTheDistributions) {
  OutcomeRecorder recorder(zero);
  TimedPhases stretches;
  stretches.add(Phase::connect, zero + 1ms, zero + 3ms);
  stretches.add(Phase::answer, zero + 3ms, zero + 8ms);
  recorder.add(0, "http://a/", Verdict::ok, zero + 1ms, zero + 8ms, stretches);
  const auto json = json_of(*recorder.finish(zero + 8ms));
  EXPECT_DOUBLE_EQ(json["wall"].get<double>(), 0.008);
  EXPECT_EQ(json["in_flight"].size(), json["finished"].size());
  ASSERT_EQ(json["phases"].size(), 2u);
  EXPECT_EQ(json["phases"][0]["name"], "connect");
  EXPECT_EQ(json["phases"][0]["count"], 1);
  EXPECT_DOUBLE_EQ(json["phases"][1]["max"].get<double>(), 0.005);
  EXPECT_EQ(json["phases"][1]["buckets"][0][1], 1);
  EXPECT_EQ(json["jobs"][0]["label"], "http://a/");
  EXPECT_EQ(json["jobs"][0]["verdict"], "ok");
  EXPECT_EQ(json["jobs"][0]["stretches"][1][0], "answer");
  EXPECT_DOUBLE_EQ(json["jobs"][0]["stretches"][1][1].get<double>(), 0.003);
}

TEST(RecordingJson, ShowsAHostileNameAsText) {
  OutcomeRecorder recorder(zero);
  recorder.add(0, std::string_view("a\x1b[2J\xe2\x80\xae\0b\xff", 11), Verdict::ok, zero, zero + 1ms, {});
  const auto json = json_of(*recorder.finish(zero + 1ms));
  EXPECT_EQ(json["jobs"][0]["label"], "a\\x1B[2J\\u{202E}\\x00b\\xFF");
}

TEST(RecordingJson, TellsWhatEachPhaseMeans) {
  const auto json = json_of_phases();
  EXPECT_EQ(json.size(), phase_count);
  EXPECT_EQ(json[2]["name"], "connect");
  EXPECT_FALSE(json[2]["meaning"].get<std::string>().empty());
}

}  // namespace
}  // namespace atonce
