#pragma once

#include <memory>

#include "atonce/model/plan.h"
#include "atonce/results/row_writer.h"

namespace atonce {

/// A header and one row for each outcome, in the fields of JSONL; docs/results.md has them. Quoted by RFC 4180.
///
/// Cells with text from outside are safe to look at: control and invisible characters are escaped as on a terminal, and
/// a cell that a spreadsheet would take for a formula (= + - @, their full-width forms, a tab or a carriage return in
/// front) gets a ' in front.
std::unique_ptr<RowWriter> make_csv_rows(const Plan& plan);

}  // namespace atonce
