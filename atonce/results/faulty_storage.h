#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/results/storage.h"

namespace atonce {

/// What of a storage can be made to fail.
enum class StorageOperation : std::uint8_t {
  write,   ///< StoredFile::append
  sync,    ///< StoredFile::sync, Storage::sync_directory
  create,  ///< a new file, a new folder
  rename,
};
inline constexpr std::size_t storage_operation_count = 4;

/// From the n-th operation of its kind on, counted from 1 over all files, each fails: a full disk. With `once` only
/// that one does.
struct StorageFailure {
  StorageOperation operation = StorageOperation::write;
  std::uint64_t nth = 1;
  int error = 0;  ///< errno
  bool once = false;
  bool half = false;  ///< of a write: the first half of its bytes gets there
};

/// The process dies when it comes to a named point for the n-th time.
struct StorageDeath {
  std::string point;
  std::uint64_t nth = 1;
};

struct StorageFaults {
  std::vector<StorageFailure> failures;
  std::vector<StorageDeath> deaths;

  bool any() const { return !failures.empty() || !deaths.empty(); }
};

struct ParsedStorageFaults {
  StorageFaults faults;
  std::vector<std::string> unknown;  ///< words that concern no storage
};

/// Parses "enospc@write:17", "eio-once@sync:3", "edquot-half@write:5", "die@after-journal-write:2", several joined by
/// commas: the name of an errno (with "-half", "-once") at an operation of StorageOperation, or "die" at a named point;
/// the number is 1 where none is given. Words about other operations and points are handed back for others to read.
/// Complains of a word about a storage that is wrong in itself.
Parsed<ParsedStorageFaults> parse_storage_faults(std::string_view text);

/// A storage over another one, which fails and dies where it is told to. From one thread at a time.
class FaultyStorage final : public Storage {
 public:
  /// `inner` outlives this. `die` is called in place of dying at once with SIGKILL, as a test wants; it may throw.
  FaultyStorage(Storage& inner, StorageFaults faults, std::function<void()> die = {});

  Result<std::unique_ptr<StoredFile>> open(const std::string& path, Opening how) override;
  int rename(const std::string& from, const std::string& to) override;
  int remove(const std::string& path) override { return inner_.remove(path); }
  int make_directories(const std::string& path) override;
  int sync_directory(const std::string& path) override;
  Result<std::uint64_t> size(const std::string& path) override { return inner_.size(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return inner_.list(path); }
  Result<std::unique_ptr<StorageLock>> lock(const std::string& path) override { return inner_.lock(path); }
  void reached(std::string_view point) override;

  /// How many operations of that kind there were, those that failed too.
  std::uint64_t count(StorageOperation operation) const { return counts_[static_cast<std::size_t>(operation)]; }

 private:
  friend class FaultyFile;
  const StorageFailure* next_failure(StorageOperation operation);

  Storage& inner_;
  StorageFaults faults_;
  std::function<void()> die_;
  std::array<std::uint64_t, storage_operation_count> counts_{};
  std::map<std::string, std::uint64_t, std::less<>> points_;
};

}  // namespace atonce
