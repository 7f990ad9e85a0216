#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "atonce/model/escape.h"
#include "atonce/results/digest.h"
#include "atonce/results/manifest.h"

namespace atonce {
namespace {

constexpr std::size_t piece_bytes = 1 << 20;

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Complaint> cannot_read(const std::string& path, std::string_view why) {
  return complain(fmt::format("the list \"{}\" cannot be read: {}", escape_for_terminal(path), why));
}

Parsed<void> add_file(const std::string& path, WideDigest& digest, std::uint64_t& bytes) {
  const Descriptor list(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (list.get() < 0 || fstat(list.get(), &status) != 0) return cannot_read(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return cannot_read(path, "it is no regular file, so it could not be read again");
  posix_fadvise(list.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_bytes);
  while (true) {
    const ssize_t count = read(list.get(), piece.get(), piece_bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, std::strerror(errno));
    if (count == 0) return {};
    digest.add({piece.get(), static_cast<std::size_t>(count)});
    bytes += static_cast<std::uint64_t>(count);
  }
}

}  // namespace

Parsed<InputMark> mark_input(const InputOptions& input) {
  WideDigest digest;
  if (!input.targets.empty()) {
    InputMark mark{.targets = input.targets};
    if (input.kind != TargetKind::batch) return mark;
    for (const std::string& path : input.targets)
      if (const auto read = add_file(path, digest, mark.bytes); !read) return std::unexpected(read.error());
    mark.digest = digest.hexadecimal();
    return mark;
  }
  if (input.is_generated()) return InputMark{};
  std::error_code ignored;
  InputMark mark{.path = std::filesystem::absolute(input.list, ignored).lexically_normal().string()};
  if (const auto read = add_file(input.list, digest, mark.bytes); !read) return std::unexpected(read.error());
  mark.digest = digest.hexadecimal();
  return mark;
}

}  // namespace atonce
