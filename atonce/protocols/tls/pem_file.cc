#include "atonce/protocols/tls/pem_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace atonce {
namespace {

/// Debian's bundle of all authorities is 0.2 MB.
constexpr std::size_t bytes_max = 64 << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Parsed<std::string> read_pem_file(const std::string& path, std::string_view what) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return complain_of(errno, fmt::format("cannot open the {} file {}: {}", what, path, std::strerror(errno)));
  std::string text;
  char part[16'384];
  while (const std::size_t bytes = std::fread(part, 1, sizeof(part), file.get())) {
    text.append(part, bytes);
    if (text.size() > bytes_max)
      return complain(fmt::format("the {} file {} is larger than {} MB", what, path, bytes_max >> 20));
  }
  if (std::ferror(file.get()) != 0)
    return complain_of(errno, fmt::format("cannot read the {} file {}: {}", what, path, std::strerror(errno)));
  return text;
}

}  // namespace atonce
