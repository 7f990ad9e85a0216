#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "atonce/model/outcome.h"
#include "atonce/results/journal.h"
#include "atonce/results/row_writer.h"
#include "atonce/results/storage.h"

namespace atonce {

/// A checkpoint of the journal as one output sees it.
struct CheckpointMark {
  std::uint64_t finals = 0;     ///< final records of the journal up to it
  std::uint64_t first_gap = 0;  ///< the first index that had none: rows in order end before it
  OutputMark mark;
};

/// How far an output is in step with the journal.
struct Standing {
  std::uint64_t finals = 0;
  std::uint64_t first_gap = 0;
  std::string note;  ///< what was found wrong with it, as a sentence; empty: nothing but a torn end
};

/// A file of rows that is kept in step with a journal. Errors are an errno; after one, only `recover` on a new object
/// is right. Called in this order: `start_fresh` or `recover`; `add`, `write`, `sync` and `mark`, `settle` over and
/// over; `finish`.
class Output {
 public:
  virtual ~Output() = default;
  /// Its rows stand in the order in which they are added, so an ordered run adds them in the order of the list.
  virtual bool has_order() const { return true; }
  /// Empties it.
  [[nodiscard]] virtual int start_fresh() = 0;
  /// Brings it to the last of `checkpoints` (of one session, in order) that it still holds; to nothing where it holds
  /// none. `finals` is what the journal has.
  [[nodiscard]] virtual Result<Standing> recover(std::span<const CheckpointMark> checkpoints, std::uint64_t finals) = 0;
  /// Takes a row, into memory.
  [[nodiscard]] virtual int add(const Outcome& outcome) = 0;
  virtual std::size_t bytes_waiting() const { return 0; }
  /// Rows taken go to the kernel, to the disk. The journal has them already.
  [[nodiscard]] virtual int write() { return 0; }
  [[nodiscard]] virtual int sync() { return 0; }
  /// What stands in it since the last mark; the first one of an object covers all of it.
  virtual OutputMark mark() { return {}; }
  /// The disk has the first `finals` final records of the journal.
  [[nodiscard]] virtual int settle(std::uint64_t) { return 0; }
  /// The session ends; `complete`: the run, too.
  [[nodiscard]] virtual int finish(bool /*complete*/) { return 0; }
};

/// Rows of text in a file of `storage`, which outlives it.
std::unique_ptr<Output> make_line_output(Storage& storage, std::string path, std::unique_ptr<RowWriter> rows);

}  // namespace atonce
