#pragma once

#include <functional>

#include "atonce/model/outcome.h"
#include "atonce/model/plan.h"
#include "atonce/results/run_folder.h"

namespace atonce {

/// Hands `take` what a kept run knows of each target of its list, in the order of the list: `unfinished` where it has
/// no verdict. The journal is gone through once for each `bite` targets, which is what the memory follows. Complains
/// when the list or the journal cannot be read.
Parsed<void> for_each_kept_outcome(const RunFolder& folder, const InputOptions& input,
                                   const std::function<void(const Outcome&)>& take, std::uint64_t bite = 50'000);

}  // namespace atonce
