#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atonce/jobs/files/file_maker.h"
#include "atonce/jobs/files/file_source.h"
#include "atonce/model/result.h"
#include "atonce/model/target.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// What the files of a run without a list hold; shared by all threads of a job.
struct MadeContent {
  FileMaker maker;
  std::string copied;  ///< `--size @FILE`: its content
  bool copies = false;

  /// Complains when the file to copy cannot be read, or is larger than is held in memory.
  static Parsed<MadeContent> of(const FileInput& files);
};

/// The content of one file after the other, piece by piece. Keeps its buffers.
class FileContent {
 public:
  static constexpr std::size_t piece_bytes = 256 << 10;

  explicit FileContent(const MadeContent& made) : made_(made) {}

  /// Begins that of `target`, from its first byte; what it was told before it still holds for the same target. Errors:
  /// those of open(2) and read(2); EIO where what the list stored is not there any more.
  Result<void> begin(const Target& target, const FileSource& source);
  /// The next piece, until the next call; empty at the end.
  Result<std::string_view> next();

 private:
  Result<std::string_view> next_stored();
  Result<void> read_row();
  Result<std::string> read_part(std::uint64_t offset, std::uint64_t bytes);

  const MadeContent& made_;
  FileSource source_;
  std::uint64_t index_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  OwnedDescriptor stored_;
  std::string stored_path_;
  std::string piece_;
};

}  // namespace atonce
