#pragma once

#include "atonce/model/comparison.h"
#include "atonce/model/overlap.h"

namespace atonce {

/// An overlap as a round like that of any other job: its questions are its first targets, "question 1", its parts the
/// others, "part 1"; each with a verdict, a time line, and a place in the account. What it used is not known here.
Round round_of(const OverlapRun& run);

}  // namespace atonce
