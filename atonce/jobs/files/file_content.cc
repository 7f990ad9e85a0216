#include "atonce/jobs/files/file_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/jobs/files/file_row.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::uint64_t copied_bytes_max = std::uint64_t{64} << 20;

std::unexpected<Error> failed(int error) { return std::unexpected(Error{error}); }

}  // namespace

Parsed<MadeContent> MadeContent::of(const FileInput& files) {
  MadeContent made{.maker = FileMaker(files), .copied = {}, .copies = !files.content.empty()};
  if (!made.copies) return made;
  const std::string shown = escape_for_terminal(files.content);
  const OwnedDescriptor file(::open(files.content.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string& bytes = made.copied;
  ssize_t got = file ? 1 : -1;
  while (got > 0 && bytes.size() <= copied_bytes_max) {
    const std::size_t have = bytes.size();
    bytes.resize(have + FileContent::piece_bytes);
    do got = ::read(file.get(), bytes.data() + have, FileContent::piece_bytes);
    while (got < 0 && errno == EINTR);
    bytes.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  if (got < 0) return complain_of(errno, fmt::format("--size @{} cannot be read: {}", shown, std::strerror(errno)));
  if (bytes.size() > copied_bytes_max)
    return complain(fmt::format("--size @{} is larger than 64M, which is held in memory", shown));
  return made;
}

Result<void> FileContent::begin(const Target& target, const FileSource& source) {
  source_ = source;
  index_ = target.index;
  size_ = target.bytes;
  at_ = 0;
  const bool elsewhere = source.kind == FileSource::Kind::stored || source.kind == FileSource::Kind::row;
  if (!elsewhere) return {};
  if (!stored_ || stored_path_ != source.path) {
    stored_path_ = source.path;
    stored_ = OwnedDescriptor(::open(stored_path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!stored_) return failed(errno);
  }
  return source.kind == FileSource::Kind::row ? read_row() : Result<void>();
}

Result<std::string_view> FileContent::next() {
  if (at_ == size_) return std::string_view();
  const std::size_t part = std::min<std::uint64_t>(size_ - at_, piece_bytes);
  switch (source_.kind) {
    case FileSource::Kind::stored: return next_stored();
    case FileSource::Kind::given:
    case FileSource::Kind::row: {
      at_ = size_;
      return source_.kind == FileSource::Kind::row ? std::string_view(piece_) : source_.content;
    }
    case FileSource::Kind::made: break;
    case FileSource::Kind::folder:
    case FileSource::Kind::refused: return std::string_view();
  }
  if (made_.copies) {
    at_ = size_;
    return std::string_view(made_.copied);
  }
  if (piece_.size() < part) piece_.resize(part);
  made_.maker.content(index_, at_, piece_.data(), part);
  at_ += part;
  return std::string_view(piece_).substr(0, part);
}

Result<std::string_view> FileContent::next_stored() {
  const std::uint64_t part = std::min<std::uint64_t>(size_ - at_, piece_bytes);
  Result<std::string> read = read_part(source_.offset + at_, part);
  if (!read) return failed(read.error().code);
  at_ += part;
  piece_ = std::move(*read);
  return std::string_view(piece_);
}

Result<void> FileContent::read_row() {
  const Result<std::string> line = read_part(source_.offset, source_.length);
  if (!line) return failed(line.error().code);
  FileRow row = parse_file_row(*line);
  if (!row.complaint.empty() || row.content.size() != size_) return failed(EIO);  // It has changed since it was read.
  piece_ = std::move(row.content);
  return {};
}

Result<std::string> FileContent::read_part(std::uint64_t offset, std::uint64_t bytes) {
  std::string part(bytes, '\0');
  for (std::size_t have = 0; have < bytes;) {
    const ssize_t got = pread(stored_.get(), part.data() + have, bytes - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed(got < 0 ? errno : EIO);
    have += static_cast<std::size_t>(got);
  }
  return part;
}

}  // namespace atonce
