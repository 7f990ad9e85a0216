#pragma once

#include <memory>

#include "atonce/model/plan.h"
#include "atonce/results/row_writer.h"

namespace atonce {

/// A line for each file, for a person: "a/b.txt written (5 bytes)", and the reason where it is not there as it was to
/// be. With a verbosity of 1, a line when each is begun, too.
std::unique_ptr<RowWriter> make_file_rows(const Plan& plan);

}  // namespace atonce
