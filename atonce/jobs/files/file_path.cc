#include "atonce/jobs/files/file_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace atonce {
namespace {

/// Where the last slash stands, or npos. Asked for each file.
std::size_t last_slash(std::string_view path) {
  const void* found = path.empty() ? nullptr : memrchr(path.data(), '/', path.size());
  return found == nullptr ? path.npos : static_cast<std::size_t>(static_cast<const char*>(found) - path.data());
}

}  // namespace

Parsed<std::string> parse_file_path(std::string_view name) {
  if (name.empty()) return complain("the name is empty");
  if (name.find('\0') != name.npos) return complain("the name has a NUL in it, which no file can have");
  if (name.front() == '/') return complain("the name is an absolute path; names are taken below the folder");
  std::string path;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return complain("the name has \"..\" in it, which may lead out of the folder");
    if (part.size() > NAME_MAX) return complain("a part of the name is longer than 255 bytes");
    if (!path.empty()) path += '/';
    path += part;
  }
  if (path.empty()) return complain("the name is that of the folder itself");
  if (path.size() >= PATH_MAX) return complain("the name is longer than the 4,095 bytes that the system takes");
  return path;
}

std::string_view folder_part(std::string_view path) {
  const std::size_t slash = last_slash(path);
  return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

std::string spare_name(std::uint64_t seed, std::uint64_t index) {
  return fmt::format(".atonce-{:016x}-{:x}.part", seed, index);
}

std::string_view name_part(std::string_view path) {
  const std::size_t slash = last_slash(path);
  return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace atonce
