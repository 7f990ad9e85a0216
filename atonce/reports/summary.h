#pragma once

#include <string>
#include <vector>

#include "atonce/model/summary.h"

namespace atonce {

/// The account at the end of a run: each verdict's count and share, whether it balances, how long each phase took, and
/// what was ours.
std::string write_summary(const Summary& summary, bool colour);

/// How long the run took and how many targets it settled a second; of one that was carried on, which of its sessions
/// that is said of.
std::string time_taken(const Summary& summary);

/// What was ours, and what a reader should know before trusting the rest: the last lines of that account, one string
/// each.
std::vector<std::string> notes_of(const Summary& summary);

}  // namespace atonce
