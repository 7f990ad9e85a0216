// The door to libarchive.

#include "atonce/jobs/files/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::size_t block_bytes = 128 << 10;
constexpr std::uint32_t permission_bits = 0777;

struct archive* of(const auto& pointer) { return static_cast<struct archive*>(pointer.get()); }

ArchiveEntry read_entry(archive_entry* entry) {
  ArchiveEntry read;
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);  // It is no text of this locale.
  if (name != nullptr) read.name = name;
  read.mode = archive_entry_perm(entry) & permission_bits;
  const bool hard_link = archive_entry_hardlink(entry) != nullptr;
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFREG && !hard_link) {
    read.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(archive_entry_size(entry), 0));
  } else if (type == AE_IFDIR && !hard_link) {
    read.kind = ArchiveEntry::Kind::folder;
  } else {
    read.kind = ArchiveEntry::Kind::other;
  }
  return read;
}

}  // namespace

void ArchiveReader::Deleter::operator()(void* archive) const {
  archive_read_free(static_cast<struct archive*>(archive));
}

ArchiveReader::ArchiveReader(std::string path) : path_(std::move(path)), archive_(archive_read_new()) {
  if (!archive_) throw std::bad_alloc();
  archive_read_support_format_tar(of(archive_));
  archive_read_support_filter_gzip(of(archive_));
  archive_read_support_filter_zstd(of(archive_));
}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Parsed<ArchiveReader> ArchiveReader::open(const std::string& path) {
  ArchiveReader reader(path);
  if (archive_read_open_filename(of(reader.archive_), path.c_str(), block_bytes) == ARCHIVE_OK) return reader;
  return reader.damaged();
}

Parsed<std::optional<ArchiveEntry>> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  int code = ARCHIVE_RETRY;
  for (int tries = 0; code == ARCHIVE_RETRY && tries < 3; ++tries)
    code = archive_read_next_header(of(archive_), &entry);
  if (code == ARCHIVE_EOF) return std::nullopt;
  // A warning is of a name that is no text of this locale: names are bytes to us.
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return damaged();
  return read_entry(entry);
}

Parsed<std::size_t> ArchiveReader::read(std::string& into) {
  const la_ssize_t got = archive_read_data(of(archive_), into.data(), into.size());
  if (got < 0) return damaged();
  return static_cast<std::size_t>(got);
}

std::unexpected<Complaint> ArchiveReader::damaged() const {
  const char* why = archive_error_string(of(archive_));
  return complain(
      fmt::format("the archive \"{}\" cannot be read: {}; it is to be a tar archive, as it is or compressed "
                  "with gzip or zstd",
                  escape_for_terminal(path_), why == nullptr ? "it is damaged" : escape_for_terminal(why)));
}

}  // namespace atonce
