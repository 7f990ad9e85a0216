#pragma once

#include <cstdint>
#include <vector>

#include "atonce/model/exit_code.h"
#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// Writes "atonce: ..." to standard error, and gives the exit code for it.
int complain_and_exit(const Complaint& complaint, ExitCode code = exit_usage);

/// One line to standard error that is no complaint.
void remark(const Complaint& note);

/// Each port of the ranges, once.
std::vector<std::uint16_t> ports_of(const InputOptions& input);

}  // namespace atonce
