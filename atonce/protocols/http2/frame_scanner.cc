#include "atonce/protocols/http2/frame_scanner.h"

#include <algorithm>

namespace atonce {

bool FrameScanner::next(std::string_view& input) {
  const std::size_t skipped = std::min(skip_, input.size());
  input.remove_prefix(skipped);
  skip_ -= skipped;
  if (skip_ > 0) return false;

  const std::size_t taken = std::min(header_bytes - have_, input.size());
  std::copy_n(input.begin(), taken, bytes_.begin() + static_cast<std::ptrdiff_t>(have_));
  input.remove_prefix(taken);
  have_ += taken;
  if (have_ < header_bytes) return false;

  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(bytes_[i]); };
  header_.length = static_cast<std::uint32_t>(byte(0)) << 16 | static_cast<std::uint32_t>(byte(1)) << 8 | byte(2);
  header_.type = byte(3);
  header_.flags = byte(4);
  skip_ = header_.length;
  have_ = 0;
  return true;
}

}  // namespace atonce
