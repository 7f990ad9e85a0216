#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "atonce/model/exit_code.h"
#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// Writes "atonce: ..." to standard error, and gives the exit code for it: exit_local_limit where this machine is in
/// the way, else `code`.
int complain_and_exit(const Complaint& complaint, ExitCode code = exit_usage);

/// One line to standard error that is no complaint.
void remark(const Complaint& note);

/// Writes to standard error. A terminal that has gone away, or a full disk behind it, is no reason to fail: the results
/// and the exit code still count.
void tell(std::string_view text);

/// Writes to standard output, and gives the exit code for how that went.
ExitCode print(std::string_view text);

/// Each port of the ranges, once.
std::vector<std::uint16_t> ports_of(const InputOptions& input);

/// A seed from the system, never 0.
std::uint64_t fresh_seed();

}  // namespace atonce
