#include "atonce/jobs/files/file_source.h"

#include <cstring>

namespace atonce {
namespace {

constexpr std::uint32_t no_mode = ~std::uint32_t{0};

/// In front of a path or a content.
struct Head {
  FileSource::Kind kind;
  std::uint32_t mode;
  std::uint64_t offset, length;
};

}  // namespace

std::string write_file_source(const FileSource& source) {
  if (source.kind == FileSource::Kind::made) return {};
  const Head head{source.kind, source.mode.value_or(no_mode), source.offset, source.length};
  const std::string_view rest = source.kind == FileSource::Kind::given ? source.content : source.path;
  std::string bytes;
  bytes.reserve(sizeof head + rest.size());
  bytes.append(reinterpret_cast<const char*>(&head), sizeof head);
  bytes.append(rest);
  return bytes;
}

FileSource read_file_source(std::string_view bytes) {
  if (bytes.empty()) return {};
  Head head{};
  if (bytes.size() < sizeof head) return {.kind = FileSource::Kind::refused};
  std::memcpy(&head, bytes.data(), sizeof head);
  bytes.remove_prefix(sizeof head);
  FileSource source{.kind = head.kind, .offset = head.offset, .length = head.length};
  if (head.mode != no_mode) source.mode = head.mode;
  (head.kind == FileSource::Kind::given ? source.content : source.path) = bytes;
  return source;
}

}  // namespace atonce
