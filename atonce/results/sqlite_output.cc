#include <fmt/format.h>

#include "atonce/model/escape.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/formats.h"
#include "atonce/results/run_files.h"
#include "atonce/results/sqlite_rows.h"

namespace atonce {
namespace {

/// A database keeps its own place in the journal, in the transaction of its rows. Its disk work is SQLite's own.
class SqliteOutput final : public Output {
 public:
  SqliteOutput(Storage& storage, std::string path, std::string run_id, RowKind kind)
      : storage_(storage), path_(std::move(path)), run_id_(std::move(run_id)), rows_(kind) {}

  bool has_order() const override { return false; }
  int start_fresh() override { return rows_.create(path_, run_id_); }

  Result<Standing> recover(std::span<const CheckpointMark> checkpoints, std::uint64_t finals) override {
    Standing standing;
    const auto records = rows_.open(path_, run_id_);
    if (records && *records <= finals) {
      standing.finals = *records;
      return standing;
    }
    if (!checkpoints.empty() && checkpoints.back().finals > 0)
      standing.note =
          fmt::format("\"{}\" is not the whole database that was left: it vanished, or was changed or damaged",
                      escape_for_terminal(path_));
    if (const int error = start_fresh()) return std::unexpected(Error{error});
    return standing;
  }

  int add(const Outcome& outcome) override { return rows_.insert(outcome); }

  int settle(std::uint64_t finals) override {
    storage_.reached("before-sqlite-commit");
    if (const int error = rows_.commit(finals)) return error;
    storage_.reached("after-sqlite-commit");
    return 0;
  }

  int finish(bool complete) override {
    const int error = complete ? rows_.complete() : 0;
    rows_.close();
    return error;
  }

 private:
  Storage& storage_;
  std::string path_;
  std::string run_id_;
  SqliteRows rows_;
};

}  // namespace

std::unique_ptr<Output> make_output(const RunFolder& folder, const OutputPlace& place, const Plan& plan) {
  if (place.format == ResultFormat::sqlite)
    return std::make_unique<SqliteOutput>(folder.storage(), folder.path_of(place), folder.manifest().run_id,
                                          row_kind_of(plan));
  return make_line_output(folder.storage(), folder.path_of(place), row_of(place.format).rows(plan));
}

}  // namespace atonce
