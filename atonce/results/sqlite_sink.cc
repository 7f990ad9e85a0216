#include "atonce/results/sqlite_sink.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::uint64_t rows_uncommitted_max = 50'000;
constexpr Duration commit_interval = std::chrono::seconds(1);

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

}  // namespace

Parsed<std::unique_ptr<SqliteSink>> SqliteSink::open(const std::string& path, RowKind kind) {
  if (path == "-") return complain("a SQLite database cannot go to standard output; give it a file with -o");
  auto sink = std::make_unique<SqliteSink>(kind);
  if (const int error = sink->rows_.create(path, ""))
    return complain_of(
        error, fmt::format("the database \"{}\" cannot be made: {}", escape_for_terminal(path), std::strerror(error)));
  sink->committed_ = clock_now();
  return sink;
}

int SqliteSink::add(const Outcome& outcome) {
  if (error_ != 0) return error_;
  if ((error_ = rows_.insert(outcome)) != 0) return error_;
  ++taken_;
  return taken_ - safe_ >= rows_uncommitted_max ? commit() : 0;
}

int SqliteSink::flush() {
  if (error_ != 0 || taken_ == safe_ || clock_now() - committed_ < commit_interval) return error_;
  return commit();
}

int SqliteSink::commit() {
  if ((error_ = rows_.commit(taken_)) != 0) return error_;
  safe_ = taken_;
  committed_ = clock_now();
  return 0;
}

int SqliteSink::close() {
  if (error_ != 0 || commit() != 0) return error_;
  return error_ = rows_.complete();
}

}  // namespace atonce
