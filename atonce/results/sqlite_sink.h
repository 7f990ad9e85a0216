#pragma once

#include <memory>
#include <string>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/result.h"
#include "atonce/results/sqlite_rows.h"

namespace atonce {

/// Outcomes into a SQLite database without a run folder: committed about each second, so a killed run keeps all but
/// its last rows.
class SqliteSink final : public OutcomeSink {
 public:
  /// Replaces what stands at `path`, by a database with the columns of `kind`. Complains of what keeps it from
  /// being made; standard output is no place for one.
  static Parsed<std::unique_ptr<SqliteSink>> open(const std::string& path, RowKind kind = RowKind::probe);
  explicit SqliteSink(RowKind kind) : rows_(kind) {}

  int add(const Outcome& outcome) override;
  int flush() override;
  /// The run is over: commits, and adds the indexes. Returns as `add`.
  int close();
  /// Rows that were committed.
  std::uint64_t rows_safe() const { return safe_; }

 private:
  int commit();

  SqliteRows rows_;
  Instant committed_{};
  std::uint64_t taken_ = 0;
  std::uint64_t safe_ = 0;
  int error_ = 0;
};

}  // namespace atonce
