#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/outcome.h"
#include "atonce/results/exchange_fields.h"

struct sqlite3;
struct sqlite3_stmt;

namespace atonce {

inline constexpr int sqlite_application_id = 0x61744F6E;  ///< "atOn", in the header of the file: file(1) can tell it
inline constexpr int sqlite_user_version = 2;             ///< of the tables

/// A SQLite database of result rows: docs/results.md has its tables. One writer, write-ahead log, so that others read
/// it meanwhile: they see what was committed last. Errors are an errno: ENOSPC for a full disk, EBUSY when another
/// program holds the database for longer than a few seconds, EIO for all that has no better name. Source: sqlite.org,
/// "Write-Ahead Logging", "Result and Error Codes".
class SqliteRows {
 public:
  explicit SqliteRows(RowKind kind = RowKind::probe) : kind_(kind) {}
  ~SqliteRows();  ///< What was not committed is gone.
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;

  /// Replaces whatever stands at `path` by an empty database of run `run_id`.
  [[nodiscard]] int create(const std::string& path, std::string_view run_id);
  /// Opens what stands there. Returns the records that it holds, or nothing when it is no whole database of this run.
  std::optional<std::uint64_t> open(const std::string& path, std::string_view run_id);

  /// The row of a target takes the place of an earlier one; an outcome without a row gets none. Text that is not UTF-8
  /// or has a NUL is stored as a BLOB of the same bytes.
  [[nodiscard]] int insert(const Outcome& outcome);
  /// Everything inserted so far, and the number of journal records that it came from, in one transaction.
  [[nodiscard]] int commit(std::uint64_t records);
  /// Adds the indexes, and makes one plain file of it.
  [[nodiscard]] int complete();
  void close();

 private:
  [[nodiscard]] int open_file(const std::string& path);
  [[nodiscard]] int prepare();
  [[nodiscard]] int run(const char* sql);
  std::optional<std::uint64_t> number_of(const char* sql);
  std::optional<std::string> text_of(const char* sql);
  int error_of(int code) const;

  class BindExchange;

  void bind_target(const Outcome& outcome);
  void bind_verdict(const Outcome& outcome);
  void bind_exchange(const Outcome& outcome);
  void bind_times(const Outcome& outcome);
  void bind_trust(const Outcome& outcome);
  void bind_number(std::uint64_t value);
  void bind_number_or_null(std::uint64_t value);
  void bind_word(std::string_view word);
  void bind_text(std::string_view text);
  void bind_seconds(std::optional<Duration> time);

  const RowKind kind_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  bool in_transaction_ = false;
  std::uint64_t rows_ = 0;  ///< inserted
  int column_ = 0;          ///< the one bound last
  std::string input_;
  std::string address_;  ///< live until the row is inserted, as the next three
  std::string doubts_;
  std::string columns_;
  std::string attempts_;
  std::deque<std::string> copies_;
  std::string room_;
};

}  // namespace atonce
