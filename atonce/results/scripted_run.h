#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/results/exchange_fields.h"
#include "atonce/results/keeper.h"
#include "atonce/results/memory_storage.h"
#include "atonce/results/run_folder.h"

namespace atonce {

/// A run for tests: `targets` hosts whose answers follow from a seed, asked in an order that follows from another one.
/// The answer of a target is the same in every session, so its row is too.
struct ScriptedRun {
  std::string path = "/state/run";
  std::uint64_t targets = 40;
  std::uint64_t answers_seed = 1;
  bool ordered = false;
  /// Fetched: some answers are not what was asked for. Batches: of three requests each.
  RowKind kind = RowKind::probe;
  std::vector<OutputPlace> outputs{{ResultFormat::jsonl, "results.jsonl"},
                                   {ResultFormat::csv, "results.csv"},
                                   {ResultFormat::text, "/elsewhere/results.txt"}};
  std::uint64_t rebuild_records = 7;

  Plan plan() const;
  Target target(std::uint64_t index) const;
  Outcome answer(std::uint64_t index) const;
  /// How many of the answers have a row.
  std::uint64_t rows() const;
  /// A try before it that settled nothing, where there was one.
  bool is_tried_first(std::uint64_t index) const { return index % 5 == 2; }

  struct Ending {
    int error = 0;          ///< of the keeper
    std::string complaint;  ///< refused
    bool complete = false;
  };
  /// Starts the run in `storage`, or carries on what stands there, to its end or its first error.
  Ending carry(Storage& storage, std::uint64_t order_seed) const;

  /// What is wrong with a complete run in `storage`; empty: each target that has a row has exactly one in each output,
  /// it is what its format writes for the answer, and the journal's account is that of the answers.
  std::string faults(Storage& storage) const;

 private:
  Ending ask(Keeper& keeper, const SettledSet& settled, std::uint64_t order_seed) const;
  std::string faults_of_lines(Storage& storage, const OutputPlace& place) const;
};

/// The whole of a file.
std::string content_of(Storage& storage, const std::string& path);

}  // namespace atonce
