#include "atonce/reports/overlap_round.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

const Instant zero = Instant(1h);

OverlapRun asked_and_computed() {
  OverlapRun run{.began = zero, .ended = zero + 10ms};
  run.asks.push_back({.end = AskEnd::answered,
                      .begun = true,
                      .connected_well = true,
                      .started = zero,
                      .connected = zero + 1ms,
                      .finished = zero + 8ms});
  run.parts.push_back({.done = true, .begun = true, .started = zero + 2ms, .finished = zero + 10ms, .busy = 8ms});
  return run;
}

TEST(OverlapRound, HasQuestionsThenPartsAsTargets) {
  const Round round = round_of(asked_and_computed());
  EXPECT_EQ(round.wall, 10ms);
  EXPECT_EQ(round.tally.of(Verdict::ok), 2u);
  ASSERT_EQ(round.recording->all_jobs().size(), 2u);
  const RecordedJob &question = round.recording->all_jobs()[0], &part = round.recording->all_jobs()[1];
  EXPECT_EQ(question.name(), "question 1");
  ASSERT_EQ(question.all_parts().size(), 2u);
  EXPECT_EQ(question.all_parts()[0].phase, Phase::connect);
  EXPECT_EQ(question.all_parts()[1].phase, Phase::answer);
  EXPECT_EQ(part.name(), "part 1");
  ASSERT_EQ(part.all_parts().size(), 1u);
  EXPECT_EQ(part.all_parts()[0].phase, Phase::compute);
  EXPECT_EQ(part.all_parts()[0].begin, 2ms);
}

TEST(OverlapRound, HasAVerdictForEachWayThatAQuestionEnds) {
  struct Case {
    AskedNumber asked;
    Verdict verdict;
  };
  const Case cases[] = {{{.end = AskEnd::no_server, .error = ECONNREFUSED}, Verdict::closed},
                        {{.end = AskEnd::no_server, .error = EHOSTUNREACH}, Verdict::unreachable},
                        {{.end = AskEnd::timeout}, Verdict::timeout},
                        {{.end = AskEnd::timeout, .connected_well = true}, Verdict::answer_timeout},
                        {{.end = AskEnd::broken}, Verdict::partial},
                        {{.end = AskEnd::no_number}, Verdict::bad_answer},
                        {{.end = AskEnd::shortage}, Verdict::local_shortage},
                        {{.end = AskEnd::worker_died}, Verdict::local_error},
                        {{.end = AskEnd::unfinished}, Verdict::unfinished}};
  for (const Case& one : cases) {
    OverlapRun run{.began = zero, .ended = zero + 1ms};
    run.asks.push_back(one.asked);
    EXPECT_EQ(round_of(run).verdicts, std::vector<std::uint8_t>{static_cast<std::uint8_t>(one.verdict)});
  }
}

TEST(OverlapRound, HasAVerdictForEachWayThatAPartEnds) {
  OverlapRun run{.began = zero, .ended = zero + 1ms};
  run.parts = {{.done = true}, {.worker_died = true}, {.error = EIO}, {}};
  const auto code = [](Verdict verdict) { return static_cast<std::uint8_t>(verdict); };
  EXPECT_EQ(round_of(run).verdicts, (std::vector<std::uint8_t>{code(Verdict::ok), code(Verdict::local_error),
                                                               code(Verdict::local_file), code(Verdict::unfinished)}));
}

}  // namespace
}  // namespace atonce
