#include "atonce/jobs/files/file_maker.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "atonce/protocols/http/base64.h"

namespace atonce {
namespace {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The n-th word of the generator that begins at `seed`.
constexpr std::uint64_t word(std::uint64_t seed, std::uint64_t n) { return mix(seed + (n + 1) * golden_gamma); }

}  // namespace

FileMaker::FileMaker(const FileInput& files)
    : files_(files),
      names_(word(files.seed, 0)),
      sizes_(word(files.seed, 1)),
      contents_(word(files.seed, 2)),
      words_((files.name_bytes + 7) / 8) {
  for (std::uint32_t most = files.fan_out > 0 ? (files.fan_out - 1) >> 4 : 0; most > 0; most >>= 4) ++digits_;
}

std::string FileMaker::name(std::uint64_t index) const {
  std::array<std::uint64_t, (name_bytes_max + 7) / 8> words;  // As many as are asked for are filled.
  for (unsigned i = 0; i < words_; ++i) words[i] = word(names_, index * words_ + i);
  return write_base64url({reinterpret_cast<const char*>(words.data()), files_.name_bytes});
}

std::uint64_t FileMaker::size(std::uint64_t index) const {
  const auto& [low, high] = files_.size;
  if (low == high) return low;
  const unsigned __int128 choices = static_cast<unsigned __int128>(high - low) + 1;
  return low + static_cast<std::uint64_t>(word(sizes_, index) * choices >> 64);
}

std::string FileMaker::folder(std::uint64_t index) const {
  if (files_.fan_out == 0) return {};
  std::uint64_t number = index / files_in_a_row % files_.fan_out;
  std::string name(digits_ + 1, '/');
  for (unsigned at = digits_; at-- > 0; number >>= 4) name[at] = "0123456789abcdef"[number & 15];
  return name;
}

void FileMaker::content(std::uint64_t index, std::uint64_t offset, char* into, std::size_t bytes) const {
  const std::uint64_t begin = word(contents_, index);
  for (std::uint64_t n = offset / 8; bytes > 0; ++n) {
    const std::uint64_t value = word(begin, n);
    const std::size_t part = std::min(bytes, sizeof value);
    std::memcpy(into, &value, part);
    into += part;
    bytes -= part;
  }
}

}  // namespace atonce
