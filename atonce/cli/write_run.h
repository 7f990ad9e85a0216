#pragma once

#include <string>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/model/summary.h"

namespace atonce {

/// Makes the plan of a write whole, before a run folder is told of it: its seed, where nobody said one, and the size of
/// the file that is copied. Does nothing to other plans. Complains when that file is not there.
Parsed<void> complete_write(Plan& plan);

/// The lines of a dry run that say what would be written, and where.
std::string write_lines(const Plan& plan);

/// What is to be said and done when all files have their verdicts: to bring them to the disk (`--sync end`), and what
/// to do about a full one. False when they may not be on the disk.
bool end_write(const Plan& plan, const Summary& summary);

}  // namespace atonce
