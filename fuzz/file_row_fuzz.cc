// A line of JSON that says what a file is, and a bare name: whatever they are, what comes out is a path below a folder.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/jobs/files/file_path.h"
#include "atonce/jobs/files/file_row.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Nothing in it leads up, away, or to where no file can be.
void check_path(std::string_view path) {
  require(!path.empty() && path.front() != '/' && path.back() != '/' && path.size() < 4'096);
  require(path.find('\0') == path.npos);
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    require(!part.empty() && part != "." && part != ".." && part.size() <= 255);
    path.remove_prefix(part.size() == path.size() ? part.size() : part.size() + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const atonce::FileRow row = atonce::parse_file_row(text);
  require(row.complaint.empty() != row.path.empty());
  if (row.complaint.empty()) check_path(row.path);
  if (const auto path = atonce::parse_file_path(text)) check_path(*path);
  return 0;
}
