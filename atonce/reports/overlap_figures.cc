#include "atonce/reports/overlap_figures.h"

#include <algorithm>

namespace atonce {
namespace {

/// A stretch of time, and the share of it in which what it stands for really went on.
struct Stretch {
  Instant begin, end;
  double share = 1;
};

bool was_begun(const AskedNumber& asked) { return asked.begun && asked.finished > asked.started; }
bool was_begun(const ComputedPart& part) { return part.begun && part.finished > part.started; }

/// While at least one answer was waited for.
std::vector<Stretch> waits_of(const OverlapRun& run) {
  std::vector<Stretch> waits;
  for (const AskedNumber& asked : run.asks)
    if (was_begun(asked)) waits.push_back({asked.started, asked.finished});
  std::ranges::sort(waits, {}, &Stretch::begin);
  std::vector<Stretch> apart;
  for (const Stretch& wait : waits) {
    if (apart.empty() || apart.back().end < wait.begin) apart.push_back(wait);
    apart.back().end = std::max(apart.back().end, wait.end);
  }
  return apart;
}

std::vector<Stretch> work_of(const OverlapRun& run) {
  std::vector<Stretch> work;
  for (const ComputedPart& part : run.parts)
    if (was_begun(part))
      work.push_back({part.started, part.finished, seconds(part.busy) / seconds(part.finished - part.started)});
  return work;
}

/// How much of `instants` is covered by the fullest of the stretches that hold it.
double share_at(const std::vector<Stretch>& stretches, Instant instant) {
  double most = 0;
  for (const Stretch& stretch : stretches)
    if (stretch.begin <= instant && instant < stretch.end) most = std::max(most, stretch.share);
  return most;
}

void measure_waiting(const OverlapRun& run, OverlapFigures& figures) {
  const std::vector<Stretch> waits = waits_of(run), work = work_of(run);
  std::vector<Instant> marks;
  for (const auto* stretches : {&waits, &work})
    for (const Stretch& stretch : *stretches) marks.insert(marks.end(), {stretch.begin, stretch.end});
  std::ranges::sort(marks);
  for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
    if (share_at(waits, marks[i]) == 0) continue;
    const Duration length = marks[i + 1] - marks[i];
    figures.waiting += length;
    figures.covered += std::chrono::duration_cast<Duration>(length * share_at(work, marks[i]));
  }
}

/// What one loop, or one worker for each part, lost to pauses: the parts of a loop take turns, and are one stretch.
void measure_slicing(const OverlapRun& run, OverlapFigures& figures) {
  const std::size_t loops = run.slice > Duration{} ? std::max(1u, run.workers) : run.parts.size();
  for (std::size_t loop = 0; loop < std::min(loops, run.parts.size()); ++loop) {
    Instant begin = never, end{};
    Duration busy{};
    for (std::size_t i = loop; i < run.parts.size(); i += loops) {
      if (!was_begun(run.parts[i])) continue;
      begin = std::min(begin, run.parts[i].started);
      end = std::max(end, run.parts[i].finished);
      busy += run.parts[i].busy;
    }
    if (end > begin) figures.slicing += std::max(Duration{}, end - begin - busy);
  }
}

void count_asks(const OverlapRun& run, OverlapFigures& figures) {
  figures.asked = run.asks.size();
  for (const AskedNumber& asked : run.asks) {
    ++(asked.end == AskEnd::answered     ? figures.answered
       : asked.end == AskEnd::unfinished ? figures.asks_unfinished
                                         : figures.failed);
    if (was_begun(asked)) figures.one_after_another += asked.finished - asked.started;
    if (asked.end != AskEnd::answered) continue;
    figures.answers_total += asked.number;
    figures.unseen_max = std::max(figures.unseen_max, asked.unseen_for);
    figures.seen_late += asked.unseen_for > late_answer;
  }
}

void count_parts(const OverlapRun& run, OverlapFigures& figures) {
  figures.parts = run.parts.size();
  for (const ComputedPart& part : run.parts) {
    ++(part.done                             ? figures.computed
       : part.error != 0 || part.worker_died ? figures.parts_failed
                                             : figures.parts_unfinished);
    figures.computing += part.busy;
    figures.pauses += part.pauses;
    figures.slice_longest = std::max(figures.slice_longest, part.slice_longest);
    if (part.done) figures.parts_total += part.total;
  }
}

}  // namespace

OverlapFigures measure_overlap(const OverlapRun& run) {
  OverlapFigures figures{.whole = run.ended - run.began};
  count_asks(run, figures);
  count_parts(run, figures);
  figures.one_after_another += figures.computing;
  measure_waiting(run, figures);
  measure_slicing(run, figures);
  return figures;
}

}  // namespace atonce
