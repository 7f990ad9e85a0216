#include "atonce/reports/overlap_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Instant began = Instant(1'000s);

AskedNumber asked(Duration from, Duration until, AskEnd end = AskEnd::answered, int error = 0) {
  return {.end = end,
          .begun = true,
          .connected_well = true,
          .error = error,
          .started = began + from,
          .connected = began + from,
          .finished = began + until,
          .number = 2.5};
}

ComputedPart computed(Duration from, Duration until, Duration busy, std::uint64_t pauses = 0) {
  return {.done = true,
          .begun = true,
          .amount = 1'000,
          .total = 500.25,
          .started = began + from,
          .finished = began + until,
          .busy = busy,
          .pauses = pauses,
          .slice_longest = busy};
}

OverlapRun run_of(std::vector<AskedNumber> asks, std::vector<ComputedPart> parts, Duration slice = {}) {
  OverlapRun run{.strategy = "async", .engine = "epoll", .server = "127.0.0.1:8197", .slice = slice, .began = began};
  run.ended = began;
  for (const AskedNumber& one : asks) run.ended = std::max(run.ended, one.finished);
  for (const ComputedPart& one : parts) run.ended = std::max(run.ended, one.finished);
  run.asks = std::move(asks);
  run.parts = std::move(parts);
  return run;
}

OverlapFigures measured(std::vector<AskedNumber> asks, std::vector<ComputedPart> parts, Duration slice = {}) {
  return measure_overlap(run_of(std::move(asks), std::move(parts), slice));
}

TEST(OverlapMeter, WhereWorkFollowsWaitingNothingIsCovered) {
  const OverlapFigures figures = measured({asked(0s, 2s)}, {computed(2s, 3s, 1s)});
  EXPECT_EQ(figures.waiting, 2s);
  EXPECT_EQ(figures.covered, 0s);
  EXPECT_EQ(figures.whole, 3s);
  EXPECT_EQ(figures.one_after_another, 3s);
}

TEST(OverlapMeter, WhereWorkFillsTheWaitingAllOfItIsCovered) {
  const OverlapFigures figures = measured({asked(0s, 2s)}, {computed(0s, 3s, 3s)});
  EXPECT_DOUBLE_EQ(figures.covered_share(), 1);
  EXPECT_EQ(figures.one_after_another, 5s);
}

TEST(OverlapMeter, WaitingIsCountedOnceHoweverManyWait) {
  const OverlapFigures figures =
      measured({asked(0s, 2s), asked(1s, 3s), asked(5s, 6s), asked(0s, 1s)}, {computed(2s, 4s, 2s)});
  EXPECT_EQ(figures.waiting, 4s);
  EXPECT_EQ(figures.covered, 1s);
}

TEST(OverlapMeter, WhatWasPausedIsNotCovered) {
  const OverlapFigures figures = measured({asked(0s, 10s)}, {computed(0s, 10s, 9s, 10)}, 1s);
  EXPECT_NEAR(figures.covered_share(), 0.9, 1e-9);
  EXPECT_EQ(figures.slicing, 1s);
  EXPECT_NEAR(figures.slicing_share(), 1.0 / 9, 1e-9);
}

TEST(OverlapMeter, PartsThatTakeTurnsOnOneLoopDoNotCostEachOther) {
  const OverlapFigures figures = measured({}, {computed(0s, 4s, 3s, 3), computed(0s, 4s, 1s, 3)}, 1s);
  EXPECT_EQ(figures.slicing, 0s);
  EXPECT_EQ(figures.pauses, 6u);
}

TEST(OverlapMeter, TheAccountCountsEachEndOnce) {
  AskedNumber never_begun;
  ComputedPart unreadable{.begun = true, .error = EIO, .started = began, .finished = began + 1s};
  const OverlapFigures figures =
      measured({asked(0s, 1s), asked(0s, 1s, AskEnd::timeout), asked(0s, 1s, AskEnd::no_number), never_begun},
               {computed(0s, 1s, 1s), unreadable, ComputedPart{}});
  EXPECT_EQ(figures.answered, 1u);
  EXPECT_EQ(figures.failed, 2u);
  EXPECT_EQ(figures.asks_unfinished, 1u);
  EXPECT_EQ(figures.computed, 1u);
  EXPECT_EQ(figures.parts_failed, 1u);
  EXPECT_EQ(figures.parts_unfinished, 1u);
  EXPECT_TRUE(figures.balances());
  OverlapFigures wrong = figures;
  ++wrong.asked;
  EXPECT_FALSE(wrong.balances());
  EXPECT_THAT(write_overlap_text(run_of({asked(0s, 1s)}, {}), wrong), HasSubstr("DOES NOT BALANCE"));
}

TEST(OverlapReport, SaysWhatWasAskedComputedAndCovered) {
  OverlapRun run = run_of({asked(0s, 2s)}, {computed(0s, 3s, 2'990ms, 2)}, 1s);
  run.lateness_max = 900ms;
  const std::string text = write_overlap_text(run, measure_overlap(run));
  EXPECT_THAT(text, HasSubstr("overlap, async on epoll, slices of 1s: 3s\n"));
  EXPECT_THAT(text, HasSubstr("127.0.0.1:8197, 1 connection: 1 answered, 0 failed; 2s of waiting"));
  EXPECT_THAT(text, HasSubstr("answer     2.5\n"));
  EXPECT_THAT(text, HasSubstr("uniform, 1,000 samples in 1 part"));
  EXPECT_THAT(text, HasSubstr("total      500.25\n"));
  EXPECT_THAT(text, HasSubstr("2 pauses, which cost 0.33 % of the computing"));
  EXPECT_THAT(text, HasSubstr("the loop was late by 900ms at most"));
  EXPECT_THAT(text, HasSubstr("1 asked = 1 answered + 0 failed, 1 part = 1 computed + 0 failed: the account balances"));
}

TEST(OverlapReport, AsJsonIsOneObjectOnOneLine) {
  OverlapRun run = run_of({asked(0s, 2s), asked(0s, 1s, AskEnd::no_number)}, {computed(0s, 3s, 3s)});
  std::memcpy(run.asks[1].text.data(), "\xff\x1b[31m", 6);
  const std::string text = write_overlap_json(run, measure_overlap(run));
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["asked"], 2);
  EXPECT_EQ(json["answered"], 1);
  EXPECT_EQ(json["slice"], nullptr);
  EXPECT_EQ(json["covered_share"], 1.0);
  EXPECT_EQ(json["asks"][0]["number"], 2.5);
  EXPECT_EQ(json["asks"][0]["finished"], 2.0);
  EXPECT_EQ(json["asks"][1]["end"], "no_number");
  EXPECT_EQ(json["computations"][0]["total"], 500.25);
  EXPECT_EQ(json["total"], 500.25);
}

TEST(OverlapReport, ASliceThatMadeAnAnswerLateIsWarnedOf) {
  OverlapRun run = run_of({asked(0s, 2s)}, {computed(0s, 3s, 3s)}, 1s);
  run.asks[0].unseen_for = 40ms;
  EXPECT_THAT(overlap_remarks(run, measure_overlap(run)), IsEmpty());
  run.asks[0].unseen_for = 980ms;
  EXPECT_THAT(overlap_remarks(run, measure_overlap(run)),
              ElementsAre("a slice made an answer late: seen up to 980ms after it came; a shorter one sees it sooner: "
                          "--slice 1ms"));
}

TEST(OverlapReport, EachFailureIsASentence) {
  const auto remark = [](AskedNumber one, const char* text = "") {
    std::strncpy(one.text.data(), text, one.text.size() - 1);
    OverlapRun run = run_of({one}, {});
    const auto remarks = overlap_remarks(run, measure_overlap(run));
    return remarks.size() == 1 ? remarks[0] : fmt::format("{} remarks", remarks.size());
  };
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::no_server, ECONNREFUSED)), HasSubstr("atonce serve --numbers"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::no_server, EHOSTUNREACH)), HasSubstr("No route to host"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::timeout, ETIMEDOUT)), HasSubstr("did not answer (--timeout) in time"));
  AskedNumber unconnected = asked(0s, 1s, AskEnd::timeout, ETIMEDOUT);
  unconnected.connected_well = false;
  EXPECT_THAT(remark(unconnected), HasSubstr("did not take the connection (--connect-timeout) in time"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::broken)), HasSubstr("before its answer was whole"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::broken, ECONNRESET)), HasSubstr("Connection reset by peer"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::no_number), "HTTP/1.1 400\n"), HasSubstr("answered \"HTTP/1.1 400\""));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::no_number), "\x1b[2Jhi"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::shortage, EMFILE)), HasSubstr("atonce doctor"));
  EXPECT_THAT(remark(asked(0s, 1s, AskEnd::worker_died)), HasSubstr("died"));
  EXPECT_EQ(remark(asked(0s, 1s)), "0 remarks");
}

TEST(OverlapReport, TheSameFailureOfManyIsSaidOnce) {
  OverlapRun run = run_of(std::vector(1'000, asked(0s, 1s, AskEnd::no_server, ECONNREFUSED)), {});
  EXPECT_THAT(overlap_remarks(run, measure_overlap(run)), ElementsAre(HasSubstr("(1,000 times)")));
}

TEST(OverlapReport, AnEventIsALine) {
  using Kind = OverlapEvent::Kind;
  const OverlapEvent paused{.kind = Kind::paused, .number = 0, .amount = 23'456'789, .elapsed = 1'020ms};
  EXPECT_EQ(write_overlap_event(paused, {}), "1.02s: part 1: pausing at sample 23,456,789");
  EXPECT_EQ(write_overlap_event({.kind = Kind::answered, .elapsed = 2s, .total = -1.5}, {}),
            "2s: question 1: the answer is -1.5");
  for (const Kind kind :
       {Kind::asked, Kind::answered, Kind::failed, Kind::computing, Kind::paused, Kind::resumed, Kind::computed})
    EXPECT_THAT(write_overlap_event({.kind = kind}, {.kind = WorkKind::sha256}), Not(HasSubstr("sample")));
}

}  // namespace
}  // namespace atonce
