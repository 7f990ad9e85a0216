#pragma once

#include <memory>
#include <optional>

#include "atonce/cli/keeping.h"
#include "atonce/reports/progress.h"
#include "atonce/results/file_writer.h"
#include "atonce/results/ordered_sink.h"
#include "atonce/results/sqlite_sink.h"

namespace atonce {

/// The way of a row from the sweep to its files: through the keeper of the run where there is one, in order where that
/// is wanted, and above the progress block where both share a terminal.
class RowOutputs {
 public:
  /// Opens what the plan asks for. `kept` may be null; it and `progress` outlive this.
  static Parsed<std::unique_ptr<RowOutputs>> open(const Plan& plan, Keeping* kept, Progress& progress);

  OutcomeSink& sink();
  /// The run is over, and `complete` or not: everything to its file. Returns 0 or an errno.
  int finish(bool complete);
  /// Writes what stands behind the rows, where they are lines that leave the run. Returns as `finish`, and after it.
  int append_end(std::string_view text);
  /// Why rows could not be written, for a person.
  Complaint trouble(int error) const;

 private:
  RowOutputs(const Plan& plan, Keeping* kept) : plan_(plan), kept_(kept) {}
  Parsed<void> open_stream(Progress& progress);

  const Plan& plan_;
  Keeping* kept_;
  std::unique_ptr<FileWriter> writer_;      ///< of a stream, or of the one file of a run that is not kept
  std::unique_ptr<OutcomeSink> lines_;      ///< into it
  std::unique_ptr<SqliteSink> database_;    ///< instead of it
  std::optional<RowsAboveProgress> above_;  ///< around the lines
  std::optional<OrderedSink> ordered_;      ///< around them; a keeper brings its rows into order itself
};

}  // namespace atonce
