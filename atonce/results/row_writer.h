#pragma once

#include <string>

#include "atonce/model/outcome.h"

namespace atonce {

/// Turns outcomes into the lines of a result format. The same outcome always gives the same bytes, and times count in
/// whole microseconds, so that a row can be made anew from a journal.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// What stands once before the first row.
  virtual void append_header(std::string&) {}
  /// A line for a job that is about to start; only called when `wants_starts`.
  virtual void append_start(std::string&, const Target&) {}
  virtual bool wants_starts() const { return false; }
  /// The row with its line end.
  virtual void append_row(std::string& text, const Outcome& outcome) = 0;
};

}  // namespace atonce
