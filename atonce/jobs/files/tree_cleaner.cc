#include "atonce/jobs/files/tree_cleaner.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <ranges>

#include "atonce/jobs/files/file_path.h"

namespace atonce {

TreeCleaner::TreeCleaner(const ConfinedFolder& root, const MadeContent& made, std::uint64_t seed)
    : root_(root), seed_(seed), comparer_(made) {}

void TreeCleaner::remove(const Target& target, bool half) {
  const FileSource source = read_file_source(target.source);
  if (!target.valid() || source.kind == FileSource::Kind::folder || source.kind == FileSource::Kind::refused) return;
  const std::string_view path = folder_part(target.host);
  if (!folder_ || path != folder_path_) {
    Result<OwnedDescriptor> found = root_.existing_folder(path);
    if (!found && found.error().code != ENOENT) return fail(found.error().code);
    if (!found) {
      ++account_.gone;
      return;
    }
    folder_ = std::move(*found);
    folder_path_ = path;
  }
  if (half) unlinkat(folder_.get(), spare_name(seed_, target.index).c_str(), 0);
  const std::string name(name_part(target.host));
  const Result<Likeness> likeness = comparer_.compare(folder_.get(), name, target, source);
  if (!likeness) {
    const int error = likeness.error().code;
    if (error == ELOOP)
      ++account_.changed;
    else if (error != ENOENT)
      fail(error);
    else if (!half)
      ++account_.gone;
    return;
  }
  if (*likeness == Likeness::other || (*likeness == Likeness::torn && !half)) {
    ++account_.changed;
    return;
  }
  if (unlinkat(folder_.get(), name.c_str(), 0) != 0) return fail(errno);
  ++account_.removed;
}

void TreeCleaner::remove_folders(const std::vector<std::string>& below) {
  for (const std::string& path : below | std::views::reverse) {
    if (path == ".") continue;  // It cannot be named from inside: for whoever knows its path.
    const Result<OwnedDescriptor> around = root_.existing_folder(folder_part(path));
    if (!around) continue;
    if (unlinkat(around->get(), std::string(name_part(path)).c_str(), AT_REMOVEDIR) == 0) ++account_.folders;
  }
}

void TreeCleaner::fail(int error) {
  if (account_.failed++ == 0) account_.error = error;
}

std::vector<std::string> read_folder_log(const std::string& path) {
  std::vector<std::string> paths;
  std::ifstream file(path, std::ios::binary);
  for (std::string below; std::getline(file, below, '\0');) paths.push_back(below);
  return paths;
}

}  // namespace atonce
