#include "atonce/reports/overlap_round.h"

#include <fmt/format.h>

#include <cerrno>
#include <memory>

#include "atonce/reports/overlap_report.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

/// What became of a question, as a verdict.
Verdict verdict_of(const AskedNumber& asked) {
  switch (asked.end) {
    case AskEnd::answered: return Verdict::ok;
    case AskEnd::no_server: return asked.error == ECONNREFUSED ? Verdict::closed : Verdict::unreachable;
    case AskEnd::timeout: return asked.connected_well ? Verdict::answer_timeout : Verdict::timeout;
    case AskEnd::broken: return Verdict::partial;
    case AskEnd::no_number: return Verdict::bad_answer;
    case AskEnd::shortage: return Verdict::local_shortage;
    case AskEnd::worker_died: return Verdict::local_error;
    case AskEnd::unfinished: break;
  }
  return Verdict::unfinished;
}

Verdict verdict_of(const ComputedPart& part) {
  if (part.done) return Verdict::ok;
  if (part.error != 0) return Verdict::local_file;
  return part.worker_died ? Verdict::local_error : Verdict::unfinished;
}

class OverlapRecorder {
 public:
  explicit OverlapRecorder(Instant began) : recorder_(began) {}

  void add(const AskedNumber& asked, std::size_t number) {
    TimedPhases stretches;
    const bool connected = asked.connected > asked.started;
    stretches.add(Phase::connect, asked.started, connected ? asked.connected : asked.finished);
    if (connected) stretches.add(Phase::answer, asked.connected, asked.finished);
    add(fmt::format("question {}", number + 1), verdict_of(asked), asked.started, asked.finished, stretches);
  }
  void add(const ComputedPart& part, std::size_t number) {
    TimedPhases stretches;
    stretches.add(Phase::compute, part.started, part.finished);
    add(fmt::format("part {}", number + 1), verdict_of(part), part.started, part.finished, stretches);
  }
  Round finish(Instant ended) {
    round_.recording = Boxed(*recorder_.finish(ended));
    round_.wall = round_.recording->wall;
    return std::move(round_);
  }

 private:
  void add(const std::string& label, Verdict verdict, Instant started, Instant finished, const TimedPhases& stretches) {
    round_.tally.add({.verdict = verdict,
                      .tries = 1,
                      .due = started,
                      .started = started,
                      .resolved = started,
                      .finished = finished});
    recorder_.add(round_.verdicts.size(), label, verdict, started, finished, stretches);
    round_.verdicts.push_back(static_cast<std::uint8_t>(verdict));
  }

  Round round_;
  OutcomeRecorder recorder_;
};

}  // namespace

Round round_of(const OverlapRun& run) {
  OverlapRecorder recorder(run.began);
  for (std::size_t i = 0; i < run.asks.size(); ++i) recorder.add(run.asks[i], i);
  for (std::size_t i = 0; i < run.parts.size(); ++i) recorder.add(run.parts[i], i);
  return recorder.finish(run.ended);
}

RunReport report_of(const OverlapRun& run, const OverlapFigures& figures) {
  const Round round = round_of(run);
  RunReport report{.input = run.server,
                   .world = "",
                   .summary = {.job = "overlap",
                               .strategy = run.strategy,
                               .engine = run.engine,
                               .window = run.workers,
                               .targets_read = run.asks.size() + run.parts.size(),
                               .tally = round.tally,
                               .wall = round.wall,
                               .lateness_max = run.lateness_max,
                               .interrupted = run.interrupted},
                   .recording = std::make_unique<Recording>(*round.recording),
                   .notes = overlap_remarks(run, figures)};
  if (figures.asked > 0 && figures.parts > 0)
    report.notes.push_back(fmt::format("{:.1f} % of the waiting was covered by work; one after another: about {}",
                                       figures.covered_share() * 100, write_duration(figures.one_after_another)));
  if (run.slice > Duration{})
    report.notes.push_back(fmt::format("slices of {}: {} pauses, which cost {:.2f} % of the computing",
                                       write_duration(run.slice), grouped(figures.pauses),
                                       figures.slicing_share() * 100));
  return report;
}

}  // namespace atonce
