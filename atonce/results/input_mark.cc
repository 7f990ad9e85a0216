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

}  // namespace

Parsed<InputMark> mark_input(const InputOptions& input) {
  if (!input.targets.empty()) return InputMark{.targets = input.targets};
  std::error_code ignored;
  InputMark mark{.path = std::filesystem::absolute(input.list, ignored).lexically_normal().string()};
  const Descriptor list(open(input.list.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (list.get() < 0 || fstat(list.get(), &status) != 0) return cannot_read(input.list, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return cannot_read(input.list, "it is no regular file, so it could not be read again");
  posix_fadvise(list.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  WideDigest digest;
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_bytes);
  while (true) {
    const ssize_t count = read(list.get(), piece.get(), piece_bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(input.list, std::strerror(errno));
    if (count == 0) break;
    digest.add({piece.get(), static_cast<std::size_t>(count)});
    mark.bytes += static_cast<std::uint64_t>(count);
  }
  mark.digest = digest.hexadecimal();
  return mark;
}

}  // namespace atonce
