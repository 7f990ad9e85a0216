#pragma once

#include <memory>

#include "atonce/model/plan.h"
#include "atonce/results/row_writer.h"

namespace atonce {

/// One JSON object a line for each outcome; docs/results.md has the fields.
std::unique_ptr<RowWriter> make_jsonl_rows(const Plan& plan);

}  // namespace atonce
