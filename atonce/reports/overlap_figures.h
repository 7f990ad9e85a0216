#pragma once

#include "atonce/model/overlap.h"

namespace atonce {

/// What the overlap meter reads off a run.
struct OverlapFigures {
  // The account: asked = answered + failed + unfinished, and the same for the parts.
  std::uint64_t asked = 0, answered = 0, failed = 0, asks_unfinished = 0;
  std::uint64_t parts = 0, computed = 0, parts_failed = 0, parts_unfinished = 0;

  Duration whole{};              ///< from the start to the last end
  Duration waiting{};            ///< while at least one answer was waited for
  Duration covered{};            ///< of that: while something was computed
  Duration computing{};          ///< of all parts, without their pauses
  Duration one_after_another{};  ///< every question and every part alone, added up
  std::uint64_t pauses = 0;
  Duration slicing{};  ///< what the pauses took from the computing
  Duration slice_longest{};
  Duration unseen_max{};        ///< how long, at most, an answer was there before it was seen
  std::uint64_t seen_late = 0;  ///< answers that a slice made later than a person notices
  double answers_total = 0;
  double parts_total = 0;

  bool balances() const {
    return asked == answered + failed + asks_unfinished && parts == computed + parts_failed + parts_unfinished;
  }
  double covered_share() const { return share(covered, waiting); }
  double slicing_share() const { return share(slicing, computing); }

 private:
  static double share(Duration part, Duration of) { return of > Duration{} ? seconds(part) / seconds(of) : 0; }
};

/// An answer that was there for longer than this before anybody looked was made late by a slice; the loop's own
/// deadlines give time back from here on, too.
inline constexpr Duration late_answer = std::chrono::milliseconds(50);

OverlapFigures measure_overlap(const OverlapRun& run);

}  // namespace atonce
