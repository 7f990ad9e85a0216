#pragma once

#include <memory>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/plan.h"
#include "atonce/results/file_writer.h"

namespace atonce {

/// One JSON object a line for each outcome; docs/results.md has the fields.
std::unique_ptr<OutcomeSink> make_jsonl_sink(FileWriter& writer, const Plan& plan);

}  // namespace atonce
