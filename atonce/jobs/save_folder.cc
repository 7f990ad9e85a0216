#include "atonce/jobs/save_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr unsigned names_tried_max = 100;
constexpr mode_t file_mode = 0666;  // As the user's umask has it.

std::string random_name() {
  std::uint64_t number = 0;
  (void)getrandom(&number, sizeof number, 0);
  return fmt::format(".atonce-{:016x}.part", number);
}

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<std::string> SavedFile::finish() {
  for (unsigned i = 0; i < names_tried_max; ++i) {
    const std::string name = i == 0 ? name_ : fmt::format("{}.{}", name_, i);
    const int error = file_.become(name.c_str());
    if (error == 0) return prefix_ + name;
    if (error != EEXIST) return std::unexpected(Error{error});
  }
  return std::unexpected(Error{EEXIST});
}

Parsed<SaveFolder> SaveFolder::open(const std::string& path) {
  const auto cannot = [&](int error) {
    return complain_of(error, fmt::format("--save: bodies cannot be written to \"{}\": {}", escape_for_terminal(path),
                                          std::strerror(error)));
  };
  Result<ConfinedFolder> folder = ConfinedFolder::open(path);
  if (!folder) return cannot(folder.error().code);
  if (faccessat(folder->descriptor(), ".", W_OK | X_OK, AT_EACCESS) != 0) return cannot(errno);
  return SaveFolder(std::move(*folder));
}

Result<SavedFile> SaveFolder::create(std::uint64_t index, std::string_view url) const {
  const std::uint64_t part = index / targets_per_folder;
  const std::string below = part == 0 ? "" : fmt::format("{:04}", part);
  Result<OwnedDescriptor> folder = root_.folder(below);
  if (!folder) return std::unexpected(folder.error());
  Result<NewFile> fresh = NewFile::open(folder->get(), random_name(), file_mode);
  if (!fresh) return std::unexpected(fresh.error());
  SavedFile file(std::move(*folder), std::move(*fresh));
  file.prefix_ = below.empty() ? "" : below + "/";
  file.name_ = saved_name(index, url);
  return file;
}

std::string saved_name(std::uint64_t index, std::string_view url) {
  std::string name = fmt::format("{:08}-", index + 1);
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  for (const char c : url) {
    if (name.size() >= SaveFolder::name_bytes_max) break;
    if (is_safe(c))
      name += c;
    else if (name.back() != '-')
      name += '-';
  }
  while (name.back() == '-' || name.back() == '.') name.pop_back();
  return name;
}

}  // namespace atonce
