#pragma once

#include <memory>

#include "atonce/model/plan.h"
#include "atonce/results/row_writer.h"

namespace atonce {

/// A line for each request of a batch, for a person: "Batch #2 -- URL #0 0.07", with the verdict and the reason where
/// it is not ok; and behind the last one "** Batch #2 completed: 0.10". With a verbosity of 1, each line tells the
/// request and the status code of its answer too.
std::unique_ptr<RowWriter> make_batch_rows(const Plan& plan);

}  // namespace atonce
