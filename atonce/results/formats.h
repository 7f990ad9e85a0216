#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/plan.h"
#include "atonce/results/csv_rows.h"
#include "atonce/results/file_writer.h"
#include "atonce/results/jsonl_rows.h"
#include "atonce/results/row_writer.h"
#include "atonce/results/text_rows.h"

namespace atonce {

/// A row of the family of result formats.
struct ResultFormatRow {
  ResultFormat format;
  std::string_view name;
  std::string_view help;
  std::unique_ptr<RowWriter> (*rows)(const Plan& plan);  ///< Null where a format has no lines: sqlite, none.

  /// A sink of lines into `writer`, which outlives it: a header only where nothing stands yet. One that writes nothing
  /// for a format without lines; a database is opened by `SqliteSink`.
  std::unique_ptr<OutcomeSink> make(FileWriter& writer, const Plan& plan) const;
};

/// In the order of ResultFormat.
constexpr std::array all_result_formats{
    ResultFormatRow{ResultFormat::text, "text", "one line a target, for a person", make_text_rows},
    ResultFormatRow{ResultFormat::jsonl, "jsonl", "one JSON object a target, with every field", make_jsonl_rows},
    ResultFormatRow{ResultFormat::csv, "csv", "a header and one row a target, with every field", make_csv_rows},
    ResultFormatRow{ResultFormat::none, "none", "nothing but the account at the end", nullptr},
    ResultFormatRow{ResultFormat::sqlite, "sqlite", "a SQLite database with one row a target", nullptr},
};

constexpr const ResultFormatRow& row_of(ResultFormat format) {
  return all_result_formats[static_cast<std::size_t>(format)];
}

}  // namespace atonce
