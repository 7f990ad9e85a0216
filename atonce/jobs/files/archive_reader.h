#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// What stands in an archive at one place. Nothing in it is to be trusted.
struct ArchiveEntry {
  enum class Kind : std::uint8_t { file, folder, other };  ///< A link, a device, a pipe: other.
  Kind kind = Kind::file;
  std::string name;        ///< bytes, as they stand there
  std::uint32_t mode = 0;  ///< permission bits, without those that lend somebody's rights
  std::uint64_t bytes = 0;
};

/// Reads a tar archive from its beginning to its end: as it is, or compressed with gzip or zstd, which it finds out by
/// itself. Every call may block. Source: libarchive(3).
class ArchiveReader {
 public:
  /// Complains of a file that is not there, or is no such archive.
  static Parsed<ArchiveReader> open(const std::string& path);
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;
  ~ArchiveReader();

  /// The next entry; nothing at the end. Complains of an archive that is damaged or cut off; then there is no more.
  Parsed<std::optional<ArchiveEntry>> next();
  /// The next bytes of the entry's file, at most `into.size()`; gives how many, 0 at the end.
  Parsed<std::size_t> read(std::string& into);

 private:
  struct Deleter {
    void operator()(void* archive) const;
  };
  explicit ArchiveReader(std::string path);
  std::unexpected<Complaint> damaged() const;

  std::string path_;
  std::unique_ptr<void, Deleter> archive_;
};

}  // namespace atonce
