#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"

namespace atonce {

/// A row of the family of named points: instants of a run folder's life at which tests let the process die.
struct NamedPoint {
  std::string_view name;
  std::string_view meaning;
};

/// "before-X" is reached when X is about to be asked for, "after-X" when it has succeeded.
constexpr std::array all_named_points{
    NamedPoint{"before-journal-write", "a frame of the journal goes to the kernel"},
    NamedPoint{"after-journal-write", "the kernel has it, the disk perhaps not"},
    NamedPoint{"before-journal-sync", "the journal goes to the disk"},
    NamedPoint{"after-journal-sync", "the disk has it"},
    NamedPoint{"before-output-write", "rows of an output go to the kernel"},
    NamedPoint{"after-output-write", "the kernel has them, the disk perhaps not"},
    NamedPoint{"before-output-sync", "an output goes to the disk"},
    NamedPoint{"after-output-sync", "the disk has it"},
    NamedPoint{"before-output-truncate", "an output is cut to its last checkpoint"},
    NamedPoint{"after-output-truncate", "it is cut"},
    NamedPoint{"before-journal-truncate", "the journal is cut at its first invalid frame"},
    NamedPoint{"after-journal-truncate", "it is cut"},
    NamedPoint{"before-checkpoint", "outputs and journal are about to be brought in step"},
    NamedPoint{"after-checkpoint", "they are in step on the disk"},
    NamedPoint{"before-manifest-rename", "the new manifest takes the place of the old one"},
    NamedPoint{"after-manifest-rename", "it has taken it"},
    NamedPoint{"before-directory-sync", "the names of a folder go to the disk"},
    NamedPoint{"after-directory-sync", "the disk has them"},
    NamedPoint{"before-sqlite-commit", "a transaction is about to be committed"},
    NamedPoint{"after-sqlite-commit", "it is committed"},
};

constexpr bool is_named_point(std::string_view name) {
  return std::ranges::any_of(all_named_points, [&](const NamedPoint& point) { return point.name == name; });
}

/// An open file of a `Storage`; it closes with its owner. Errors are an errno, as errno(3) has them.
class StoredFile {
 public:
  virtual ~StoredFile() = default;

  /// Writes all of `bytes` at the end, through EINTR and short writes. Returns 0, or the errno that kept the rest out:
  /// some of it may stand there then. Source: write(2).
  [[nodiscard]] virtual int append(std::string_view bytes) = 0;
  /// Reads at `offset` until `into` is full or the file ends; returns how many bytes that were. Source: pread(2).
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  /// Returns 0 or an errno. Source: ftruncate(2).
  [[nodiscard]] virtual int truncate(std::uint64_t size) = 0;
  /// The file's bytes and its size reach the disk. Returns 0 or an errno; after an error nobody knows what of the
  /// unsynced bytes is there, and a second call that succeeds proves nothing. Source: fdatasync(2).
  [[nodiscard]] virtual int sync() = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
};

/// An exclusive lock that ends with this object, or with the process that holds it, however that dies.
class StorageLock {
 public:
  virtual ~StorageLock() = default;
};

enum class Opening : std::uint8_t {
  append,  ///< for reading and appending; created when it is not there
  create,  ///< for reading and appending; EEXIST when it is there
  read,    ///< for reading only; ENOENT when it is not there
};

/// The seam for everything a run folder does with a disk: the real one, one in memory that can lose its power
/// (memory_storage.h), and one that fails or dies where it is told to (faulty_storage.h). Errors are an errno. Files
/// are made with mode 0600, folders with 0700: a list of targets is nobody else's business.
class Storage {
 public:
  virtual ~Storage() = default;

  /// Opens a regular file, not inherited by children. A symbolic link in its place is ELOOP. Source: open(2).
  [[nodiscard]] virtual Result<std::unique_ptr<StoredFile>> open(const std::string& path, Opening how) = 0;
  /// Puts `from` in the place of `to`, in one step. Source: rename(2).
  [[nodiscard]] virtual int rename(const std::string& from, const std::string& to) = 0;
  /// Source: unlink(2).
  [[nodiscard]] virtual int remove(const std::string& path) = 0;
  /// Makes a folder and all those above it; 0 too when it is there already. Source: mkdir(2).
  [[nodiscard]] virtual int make_directories(const std::string& path) = 0;
  /// The names in the folder reach the disk: creations, renames and removals. Source: fsync(2).
  [[nodiscard]] virtual int sync_directory(const std::string& path) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  /// The names in the folder, in order, without "." and "..".
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Locks the file, which is made when it is not there. Fails at once with EWOULDBLOCK when another holder has it, in
  /// this process or another. The lock is not inherited over exec, but forked children share it until they end. Source:
  /// flock(2).
  [[nodiscard]] virtual Result<std::unique_ptr<StorageLock>> lock(const std::string& path) = 0;
  /// The run folder has come to a row of `all_named_points`. Nothing happens on a real disk.
  virtual void reached(std::string_view point) = 0;

  /// The whole of a file of at most `bytes_max` bytes; EFBIG when it is larger.
  [[nodiscard]] Result<std::string> read_small(const std::string& path, std::size_t bytes_max = 1 << 20);
};

/// The files of this machine.
std::unique_ptr<Storage> disk_storage();

/// The folder a path lies in: what `sync_directory` wants after the path was created; "." for a bare name.
std::string parent_of(std::string_view path);

}  // namespace atonce
