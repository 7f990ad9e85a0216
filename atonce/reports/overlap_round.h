#pragma once

#include "atonce/model/comparison.h"
#include "atonce/model/overlap.h"
#include "atonce/reports/overlap_figures.h"
#include "atonce/reports/run_json.h"

namespace atonce {

/// An overlap as a round like that of any other job: its questions are its first targets, "question 1", its parts the
/// others, "part 1"; each with a verdict, a time line, and a place in the account. What it used is not known here.
Round round_of(const OverlapRun& run);

/// The same as a single run, for a page: with what the meter says among its notes.
RunReport report_of(const OverlapRun& run, const OverlapFigures& figures);

}  // namespace atonce
