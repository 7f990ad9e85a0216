#include "atonce/results/sqlite_rows.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "atonce/model/escape.h"
#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr int busy_ms_max = 5'000;

constexpr const char* table_of_run =
    "CREATE TABLE run (run_id TEXT NOT NULL, schema INTEGER NOT NULL, records INTEGER NOT NULL, rows INTEGER NOT NULL, "
    "atonce TEXT NOT NULL);";

constexpr std::string_view first_columns =
    "position INTEGER PRIMARY KEY, line INTEGER, input TEXT, target TEXT, port INTEGER, verdict TEXT, status TEXT, "
    "blame TEXT, tries INTEGER, address TEXT, errno INTEGER, error TEXT, complaint TEXT";
constexpr std::string_view last_columns =
    ", time_total REAL, lap INTEGER, overturned INTEGER, unsure TEXT, waited REAL, syns INTEGER, lateness REAL, "
    "drops INTEGER, columns TEXT, attempts TEXT";

/// The columns of an exchange, with their types.
class ExchangeColumns final : public ExchangeFields {
 public:
  explicit ExchangeColumns(std::string& to) : to_(to) {}
  void text(std::string_view name, std::string_view) override { add(name, "TEXT"); }
  void number(std::string_view name, std::optional<std::uint64_t>) override { add(name, "INTEGER"); }
  void flag(std::string_view name, std::optional<bool>) override { add(name, "INTEGER"); }
  void time(std::string_view name, std::optional<Duration>) override { add(name, "REAL"); }
  void json(std::string_view name, std::string_view) override { add(name, "TEXT"); }

 private:
  void add(std::string_view name, std::string_view type) {
    fmt::format_to(std::back_inserter(to_), ", {} {}", name, type);
  }
  std::string& to_;
};

std::string columns_of_results(RowKind kind) {
  std::string columns(first_columns), room;
  ExchangeColumns exchange(columns);
  tell_exchange({}, kind, exchange, room);
  columns += ", time_queue REAL, time_namelookup REAL, time_connect REAL";
  if (speaks_http(kind)) columns += ", time_appconnect REAL, time_pretransfer REAL, time_starttransfer REAL";
  columns += last_columns;
  return columns;
}

std::string insertion(RowKind kind) {
  const std::string columns = columns_of_results(kind);
  std::string sql = "INSERT OR REPLACE INTO results VALUES (?";
  for (auto more = std::ranges::count(columns, ','); more > 0; --more) sql += ",?";
  return sql + ")";
}

// After the load: keeping them up to date row by row would cost more than the rows.
constexpr const char* indexes = R"(
CREATE INDEX IF NOT EXISTS results_verdict ON results (verdict);
CREATE INDEX IF NOT EXISTS results_address ON results (address) WHERE address IS NOT NULL;
CREATE INDEX IF NOT EXISTS results_target ON results (target) WHERE target IS NOT NULL;
)";

/// A text of SQLite is UTF-8 without a NUL; anything else is bytes.
bool is_plain_text(std::string_view text) {
  const auto ascii = [](char c) { return c > 0; };
  if (std::ranges::all_of(text, ascii)) return true;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.length == 0 || character.code == 0) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

}  // namespace

SqliteRows::~SqliteRows() { close(); }

void SqliteRows::close() {
  sqlite3_finalize(insert_);
  sqlite3_finalize(update_);
  sqlite3_close(database_);
  insert_ = update_ = nullptr;
  database_ = nullptr;
  in_transaction_ = false;
  rows_ = 0;
}

int SqliteRows::create(const std::string& path, std::string_view run_id) {
  close();
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    if (unlink((path + suffix).c_str()) != 0 && errno != ENOENT) return errno;
  // Made here, since SQLite would let everybody read it; its companions take over the mode.
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  ::close(file);
  if (const int error = open_file(path)) return error;
  const std::string first = fmt::format(
      "BEGIN; {} CREATE TABLE results ({}); PRAGMA application_id = {}; PRAGMA user_version = {}; INSERT INTO run "
      "VALUES ('{}', {}, 0, 0, '{}'); "
      "COMMIT;",
      table_of_run, columns_of_results(kind_), sqlite_application_id, sqlite_user_version, run_id, row_schema,
      ATONCE_VERSION);
  if (const int error = run(first.c_str())) return error;
  return prepare();
}

std::optional<std::uint64_t> SqliteRows::open(const std::string& path, std::string_view run_id) {
  close();
  if (access(path.c_str(), F_OK) != 0 || open_file(path) != 0) return std::nullopt;
  if (number_of("PRAGMA application_id") != sqlite_application_id) return std::nullopt;
  if (number_of("PRAGMA user_version") != sqlite_user_version) return std::nullopt;
  if (text_of("SELECT run_id FROM run") != run_id) return std::nullopt;
  if (text_of("PRAGMA integrity_check(1)") != "ok") return std::nullopt;
  const auto records = number_of("SELECT records FROM run");
  const auto rows = number_of("SELECT rows FROM run");
  if (!records || !rows || number_of("SELECT count(*) FROM results") != rows) return std::nullopt;
  rows_ = *rows;
  if (prepare() != 0) return std::nullopt;
  return records;
}

int SqliteRows::open_file(const std::string& path) {
  if (const int code = sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
      code != SQLITE_OK)
    return error_of(code);
  sqlite3_busy_timeout(database_, busy_ms_max);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // A commit need not reach the disk: the journal has what a power cut takes away.
  return run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;");
}

int SqliteRows::prepare() {
  const std::string insert = insertion(kind_);
  for (const auto& [sql, statement] :
       {std::pair{insert.c_str(), &insert_}, {"UPDATE run SET records = ?, rows = ?", &update_}}) {
    const int code = sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr);
    if (code != SQLITE_OK) return error_of(code);
  }
  return 0;
}

int SqliteRows::insert(const Outcome& outcome) {
  if (!has_row(outcome)) return 0;
  if (!in_transaction_) {
    if (const int error = run("BEGIN IMMEDIATE")) return error;
    in_transaction_ = true;
  }
  column_ = 0;
  bind_target(outcome);
  bind_verdict(outcome);
  bind_exchange(outcome);
  bind_times(outcome);
  bind_trust(outcome);
  const int code = sqlite3_step(insert_);
  sqlite3_reset(insert_);
  if (code != SQLITE_DONE) return error_of(code);
  ++rows_;
  return 0;
}

void SqliteRows::bind_target(const Outcome& outcome) {
  const Target& target = outcome.target;
  bind_number(target.index);
  bind_number(line_of(outcome));
  input_ = speaks_http(kind_) ? shown_input(target) : target.input;
  bind_text(input_);
  target.host.empty() ? bind_word({}) : bind_text(target.host);
  bind_number_or_null(target.port);
}

void SqliteRows::bind_verdict(const Outcome& outcome) {
  const VerdictRow& row = row_of(outcome.verdict);
  for (const std::string_view word : {row.name, row.status, name_of(row.blame)}) bind_word(word);
  bind_number(outcome.tries);
  address_.clear();
  if (outcome.address) append_address(address_, outcome.address);
  bind_word(address_);
  bind_number_or_null(static_cast<std::uint64_t>(outcome.error));
  bind_word(error_name(outcome.error));
  const std::string& complaint = outcome.target.complaint;
  complaint.empty() ? bind_word({}) : bind_text(complaint);
}

/// Binds each field, by a copy where it does not outlive the telling.
class SqliteRows::BindExchange final : public ExchangeFields {
 public:
  explicit BindExchange(SqliteRows& rows) : rows_(rows) {}
  void text(std::string_view, std::string_view value) override {
    value.empty() ? rows_.bind_word({}) : rows_.bind_text(rows_.copies_.emplace_back(value));
  }
  void number(std::string_view, std::optional<std::uint64_t> value) override {
    value ? rows_.bind_number(*value) : rows_.bind_word({});
  }
  void flag(std::string_view, std::optional<bool> value) override {
    value ? rows_.bind_number(*value ? 1 : 0) : rows_.bind_word({});
  }
  void time(std::string_view, std::optional<Duration> value) override { rows_.bind_seconds(value); }
  void json(std::string_view, std::string_view value) override {
    value.empty() ? rows_.bind_word({}) : rows_.bind_word(rows_.copies_.emplace_back(value));
  }

 private:
  SqliteRows& rows_;
};

void SqliteRows::bind_exchange(const Outcome& outcome) {
  copies_.clear();
  BindExchange fields(*this);
  tell_exchange(outcome, kind_, fields, room_);
}

void SqliteRows::bind_times(const Outcome& outcome) {
  const RowTimes times = times_of(outcome);
  for (const auto& time : {times.queue, times.namelookup, times.connect}) bind_seconds(time);
  if (speaks_http(kind_))
    for (const auto& time : {times.appconnect, times.pretransfer, times.starttransfer}) bind_seconds(time);
  bind_seconds(times.total);
}

void SqliteRows::bind_trust(const Outcome& outcome) {
  bind_number(outcome.lap);
  bind_number(outcome.overturned ? 1 : 0);
  doubts_ = write_doubts(outcome.doubts);
  bind_word(doubts_);
  if (tells_evidence(outcome)) {
    bind_seconds(std::chrono::milliseconds(outcome.evidence.waited_ms));
    bind_number_or_null(outcome.evidence.syns);
    bind_seconds(std::chrono::milliseconds(outcome.evidence.lateness_ms));
    bind_number(outcome.evidence.drops);
  } else {
    for (int i = 0; i < 4; ++i) bind_word({});
  }
  columns_.clear();
  if (!outcome.target.columns.empty()) append_json_columns(columns_, outcome.target);
  bind_word(columns_);
  attempts_.clear();
  if (!outcome.attempts.empty()) append_json_attempts(attempts_, outcome);
  bind_word(attempts_);
}

void SqliteRows::bind_number(std::uint64_t value) {
  sqlite3_bind_int64(insert_, ++column_, static_cast<sqlite3_int64>(value));
}

void SqliteRows::bind_number_or_null(std::uint64_t value) { value != 0 ? bind_number(value) : bind_word({}); }

/// A word of ours; empty: null.
void SqliteRows::bind_word(std::string_view word) {
  if (word.empty()) {
    sqlite3_bind_null(insert_, ++column_);
  } else {
    sqlite3_bind_text(insert_, ++column_, word.data(), static_cast<int>(word.size()), SQLITE_STATIC);
  }
}

void SqliteRows::bind_text(std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();
  const int count = static_cast<int>(text.size());
  if (is_plain_text(text))
    sqlite3_bind_text(insert_, ++column_, bytes, count, SQLITE_STATIC);
  else
    sqlite3_bind_blob(insert_, ++column_, bytes, count, SQLITE_STATIC);
}

void SqliteRows::bind_seconds(std::optional<Duration> time) {
  if (time)
    sqlite3_bind_double(insert_, ++column_, static_cast<double>(time->count() / 1'000) / 1e6);
  else
    bind_word({});
}

int SqliteRows::commit(std::uint64_t records) {
  if (!in_transaction_ && run("BEGIN IMMEDIATE") != 0) return error_of(sqlite3_errcode(database_));
  in_transaction_ = true;
  sqlite3_bind_int64(update_, 1, static_cast<sqlite3_int64>(records));
  sqlite3_bind_int64(update_, 2, static_cast<sqlite3_int64>(rows_));
  const int code = sqlite3_step(update_);
  sqlite3_reset(update_);
  if (code != SQLITE_DONE) return error_of(code);
  if (const int error = run("COMMIT")) return error;
  in_transaction_ = false;
  return 0;
}

int SqliteRows::complete() {
  if (const int error = run(indexes)) return error;
  // Fails, and does no harm, while somebody else reads.
  (void)run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
  return 0;
}

int SqliteRows::run(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? 0 : error_of(code);
}

std::optional<std::string> SqliteRows::text_of(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::optional<std::string> text;
  if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    const void* bytes = sqlite3_column_blob(statement, 0);
    const auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
    text.emplace(bytes == nullptr ? "" : static_cast<const char*>(bytes), bytes == nullptr ? 0 : count);
  }
  sqlite3_finalize(statement);
  return text;
}

std::optional<std::uint64_t> SqliteRows::number_of(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::optional<std::uint64_t> number;
  if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER)
    number = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
  sqlite3_finalize(statement);
  return number;
}

int SqliteRows::error_of(int code) const {
  const int system = database_ == nullptr ? 0 : sqlite3_system_errno(database_);
  switch (code & 0xFF) {
    case SQLITE_FULL: return ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return EBUSY;
    case SQLITE_NOMEM: return ENOMEM;
    case SQLITE_READONLY: return EROFS;
    case SQLITE_PERM:
    case SQLITE_AUTH: return EACCES;
    case SQLITE_CANTOPEN: return system != 0 ? system : EACCES;
    case SQLITE_IOERR: return system == ENOSPC || system == EDQUOT ? system : EIO;
    default: return EIO;
  }
}

}  // namespace atonce
