#include "atonce/strategies/list_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

std::unexpected<Complaint> refuse_list(const ListFile& list, std::string_view why) {
  return complain(fmt::format("{} cannot be read: {}", list.shown, why));
}

std::optional<std::string_view> compression_of(const ListFile& list, off_t offset) {
  char magic[4]{};
  if (pread(list.descriptor, magic, sizeof magic, offset) < 4) return std::nullopt;
  const std::string_view start(magic, sizeof magic);
  if (start.starts_with("\x1f\x8b")) return "it is compressed by gzip; give it through zcat FILE | atonce ... -";
  if (start == "PK\x03\x04") return "it is a zip archive; give it through unzip -p FILE | atonce ... -";
  if (start == "\x28\xb5\x2f\xfd") return "it is compressed by zstd; give it through zstdcat FILE | atonce ... -";
  return std::nullopt;
}

}  // namespace

Parsed<std::unique_ptr<ListFile>> open_list_file(const std::string& path) {
  auto list = std::make_unique<ListFile>();
  const bool standard_input = path == "-";
  list->shown = standard_input ? "standard input" : fmt::format("the list \"{}\"", escape_for_terminal(path));
  list->descriptor = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (list->descriptor < 0) return refuse_list(*list, std::strerror(errno));
  struct stat status{};
  if (fstat(list->descriptor, &status) != 0) return refuse_list(*list, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return refuse_list(*list, "it is a directory; give a file of targets");
  list->regular = S_ISREG(status.st_mode);
  if (list->regular) {
    const off_t offset = std::max<off_t>(0, lseek(list->descriptor, 0, SEEK_CUR));
    list->bytes = static_cast<std::uint64_t>(std::max<off_t>(0, status.st_size - offset));
    if (const auto compressed = compression_of(*list, offset)) return refuse_list(*list, *compressed);
  }
  return list;
}

}  // namespace atonce
