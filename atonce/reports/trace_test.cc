#include "atonce/reports/trace.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant begin{std::chrono::hours(1)};

OutcomeRecorder recorder_with(std::string_view label, int jobs = 1) {
  OutcomeRecorder recorder(begin);
  for (int i = 0; i < jobs; ++i) {
    TimedPhases stretches;
    const Instant started = begin + milliseconds(10 * i);
    stretches.add(Phase::connect, started, started + milliseconds(2));
    stretches.add(Phase::answer, started + milliseconds(2), started + milliseconds(9));
    recorder.add(static_cast<std::uint64_t>(i), label, Verdict::ok, started, started + milliseconds(9), stretches);
  }
  return recorder;
}

Json trace_of(const OutcomeRecorder& recorder, const std::string& name = "async") {
  const auto recording = recorder.finish(begin);
  const std::array recordings{NamedRecording{name, recording.get()}};
  return Json::parse(write_trace(recordings));
}

std::vector<Json> events_of(const Json& trace, std::string_view phase) {
  std::vector<Json> events;
  for (const Json& event : trace.at("traceEvents"))
    if (event.at("ph") == phase) events.push_back(event);
  return events;
}

TEST(Trace, EachStretchOfAJobIsASliceOnItsThread) {
  const std::vector<Json> slices = events_of(trace_of(recorder_with("a", 3)), "X");
  ASSERT_EQ(slices.size(), 6u);
  EXPECT_EQ(slices[3].at("name"), "answer");
  EXPECT_EQ(slices[3].at("tid"), 2);
  EXPECT_DOUBLE_EQ(slices[3].at("ts"), 12'000);
  EXPECT_DOUBLE_EQ(slices[3].at("dur"), 7'000);
  EXPECT_EQ(slices[3].at("args").at("verdict"), "ok");
}

TEST(Trace, EachRecordingIsAProcessWithItsName) {
  const auto one = recorder_with("a").finish(begin), two = recorder_with("b").finish(begin);
  const std::array recordings{NamedRecording{"sequential", one.get()}, NamedRecording{"async:80", two.get()}};
  const Json trace = Json::parse(write_trace(recordings));
  std::vector<std::string> names;
  for (const Json& event : events_of(trace, "M"))
    if (event.at("name") == "process_name") names.push_back(event.at("args").at("name"));
  EXPECT_THAT(names, testing::ElementsAre("sequential", "async:80"));
  EXPECT_EQ(events_of(trace, "X").back().at("pid"), 2);
}

TEST(Trace, CountersTellHowManyWereInFlightAndEndAtNothing) {
  const std::vector<Json> counters = events_of(trace_of(recorder_with("a", 3)), "C");
  ASSERT_GT(counters.size(), 4u);
  const auto most = std::ranges::max(counters, {}, [](const Json& event) {
    return event.at("name") == "in flight" ? event.at("args").at("jobs").get<double>() : -1;
  });
  EXPECT_NEAR(most.at("args").at("jobs"), 1, 1e-3);
  EXPECT_EQ(counters.back().at("args").at("jobs"), 0);
  EXPECT_DOUBLE_EQ(counters.back().at("ts"), 29'000);
}

TEST(Trace, WhatWasDueBeforeTheBeginningMovesAllTimesAlike) {
  OutcomeRecorder recorder(begin);
  TimedPhases stretches;
  stretches.add(Phase::queue, begin - milliseconds(5), begin + milliseconds(1));
  stretches.add(Phase::connect, begin + milliseconds(1), begin + milliseconds(2));
  recorder.add(0, "late", Verdict::open, begin + milliseconds(1), begin + milliseconds(2), stretches);
  const std::vector<Json> slices = events_of(trace_of(recorder), "X");
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_DOUBLE_EQ(slices[0].at("ts"), 0);
  EXPECT_DOUBLE_EQ(slices[1].at("ts"), 6'000);
}

TEST(Trace, SlicesThatTouchDoNotOverlapByARoundingError) {
  OutcomeRecorder recorder(begin);
  TimedPhases stretches;
  const Instant middle = begin + std::chrono::nanoseconds(123'456'789'123);
  stretches.add(Phase::connect, begin + std::chrono::nanoseconds(7), middle);
  stretches.add(Phase::answer, middle, middle + std::chrono::nanoseconds(1));
  recorder.add(0, "a", Verdict::ok, begin, middle + std::chrono::nanoseconds(1), stretches);
  const auto recording = recorder.finish(begin);
  const std::array recordings{NamedRecording{"async", recording.get()}};
  EXPECT_THAT(write_trace(recordings), HasSubstr("\"ts\":0.007,\"dur\":123456789.116"));
  EXPECT_THAT(write_trace(recordings), HasSubstr("\"ts\":123456789.123,\"dur\":0.001"));
}

TEST(Trace, HostileWordsStayWords) {
  const std::string hostile = "\"},{\"ph\":\"X\" \x1b[31m \xe2\x80\xae </script> \xff";
  const auto recording = recorder_with(hostile).finish(begin);
  const std::array recordings{NamedRecording{hostile, recording.get()}};
  const std::string text = write_trace(recordings);
  EXPECT_EQ(events_of(Json::parse(text), "X").size(), 2u);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
}

TEST(Trace, ARecordingOfNothingIsATraceOfNothing) {
  EXPECT_TRUE(events_of(trace_of(OutcomeRecorder(begin)), "X").empty());
  EXPECT_TRUE(Json::parse(write_trace({})).at("traceEvents").empty());
}

}  // namespace
}  // namespace atonce
