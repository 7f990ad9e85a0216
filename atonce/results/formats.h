#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/plan.h"
#include "atonce/results/csv_sink.h"
#include "atonce/results/file_writer.h"
#include "atonce/results/jsonl_sink.h"
#include "atonce/results/text_sink.h"

namespace atonce {

/// Takes outcomes and writes nothing.
std::unique_ptr<OutcomeSink> make_no_sink(FileWriter& writer, const Plan& plan);

/// A row of the family of result formats.
struct ResultFormatRow {
  ResultFormat format;
  std::string_view name;
  std::string_view help;
  /// A sink that writes to `writer`, which outlives it.
  std::unique_ptr<OutcomeSink> (*make)(FileWriter& writer, const Plan& plan);
};

/// In the order of ResultFormat.
constexpr std::array all_result_formats{
    ResultFormatRow{ResultFormat::text, "text", "one line a target, for a person", make_text_sink},
    ResultFormatRow{ResultFormat::jsonl, "jsonl", "one JSON object a target, with every field", make_jsonl_sink},
    ResultFormatRow{ResultFormat::csv, "csv", "a header and one row a target, with every field", make_csv_sink},
    ResultFormatRow{ResultFormat::none, "none", "nothing but the account at the end", make_no_sink},
};

constexpr const ResultFormatRow& row_of(ResultFormat format) {
  return all_result_formats[static_cast<std::size_t>(format)];
}

}  // namespace atonce
