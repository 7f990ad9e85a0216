#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace atonce {

/// Finds the headers of the frames in what comes, however it is cut; the payloads pass by. Source: RFC 9113 4.1.
class FrameScanner {
 public:
  struct Header {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
  };

  /// `skip` bytes come before the first frame.
  explicit FrameScanner(std::size_t skip) : skip_(skip) {}

  /// Goes on to the end of the next header, or of the input; takes that off the front. True: `header` has one.
  bool next(std::string_view& input);
  const Header& header() const { return header_; }

 private:
  static constexpr std::size_t header_bytes = 9;

  std::size_t skip_;  ///< of the payload, or of what comes first
  std::array<char, header_bytes> bytes_{};
  std::size_t have_ = 0;  ///< bytes of the header that came
  Header header_;
};

}  // namespace atonce
