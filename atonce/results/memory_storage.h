#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "atonce/results/storage.h"

namespace atonce {

/// Files in memory, for tests, with an ordered log of all that was asked of the disk. From the log it makes the disks
/// that a next process may find: after this one was killed, or after the power went.
///
/// What was there when it was made is durable. Bytes, sizes and truncations of a file become durable by its `sync`,
/// names by `sync_directory` of their folder. Files outlive no storage: it must stay until they are closed.
class MemoryStorage final : public Storage {
 public:
  MemoryStorage() = default;
  MemoryStorage(const MemoryStorage&) = delete;
  MemoryStorage& operator=(const MemoryStorage&) = delete;

  Result<std::unique_ptr<StoredFile>> open(const std::string& path, Opening how) override;
  int rename(const std::string& from, const std::string& to) override;
  int remove(const std::string& path) override;
  int make_directories(const std::string& path) override;
  int sync_directory(const std::string& path) override;
  Result<std::uint64_t> size(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<std::unique_ptr<StorageLock>> lock(const std::string& path) override;
  /// Throws std::logic_error for a point that is not in the table.
  void reached(std::string_view point) override;

  /// How many changes and syncs there were: the instants at which the power may go are 0 to this.
  std::size_t position() const { return log_.size(); }

  /// The disk as it was after the first `position` changes, all of them there: what a `kill -9` leaves.
  std::unique_ptr<MemoryStorage> after_kill(std::size_t position) const;

  /// The disk after the power went at that instant. What was synced is there. Of what was not, `seed` decides: each
  /// write is there, missing, or torn at borders of 512 or 4,096 bytes, a later one perhaps without an earlier one, a
  /// gap reading as zeros or as garbage; truncations and names may be missing.
  std::unique_ptr<MemoryStorage> after_power_cut(std::uint64_t seed, std::size_t position) const;

  /// For arranging and checking: the bytes of a file (empty when it is not there), and a durable file put in place.
  std::string content(const std::string& path) const;
  void put(const std::string& path, std::string bytes);

 private:
  friend class MemoryFile;
  friend class MemoryLock;
  friend class PowerCut;

  enum class Change : std::uint8_t { write, truncate, sync, create, rename, remove, make_directory, sync_directory };

  struct Logged {
    Change change;
    std::size_t file = 0;      ///< number of the file it concerns
    std::uint64_t number = 0;  ///< offset of a write, size of a truncation
    std::string text;          ///< bytes of a write, name of anything else
    std::string to;            ///< new name of a rename
  };
  using Names = std::map<std::string, std::size_t>;

  /// What was there when this storage was made.
  struct Base {
    std::vector<std::string> files;
    Names names;
    std::set<std::string> directories;
  };

  static std::string plain(std::string_view path);
  bool has_directory(const std::string& path) const;
  void apply(const Logged& change);
  void record(Logged change);

  Base base_;
  std::vector<Logged> log_;
  std::vector<std::string> files_;  ///< contents, by number
  Names names_;
  std::set<std::string> directories_;
  std::set<std::string> locked_;
};

}  // namespace atonce
