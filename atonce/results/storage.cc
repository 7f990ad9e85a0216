#include "atonce/results/storage.h"

#include <cerrno>

namespace atonce {

Result<std::string> Storage::read_small(const std::string& path, std::size_t bytes_max) {
  auto file = open(path, Opening::read);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  if (*size > bytes_max) return std::unexpected(Error{EFBIG});
  std::string bytes(*size, '\0');
  const auto count = (*file)->read_at(0, bytes);
  if (!count) return std::unexpected(count.error());
  bytes.resize(*count);
  return bytes;
}

std::string parent_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace atonce
