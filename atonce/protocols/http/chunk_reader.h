#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "atonce/protocols/http/event.h"
#include "atonce/protocols/http/fault.h"

namespace atonce {

/// Takes a chunked body apart, up to the line of its last chunk; trailers come behind. Extensions are passed over, and
/// a size may be padded with spaces, as old servers do. llhttp 8.1 is not asked: it takes `3;a=b;c=d` for broken.
/// Source: RFC 9112 7.1.
class ChunkReader {
 public:
  explicit ChunkReader(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void begin();
  /// `more`, `body` with a piece of the front of `input` in `data`, `end` behind the line of the last chunk, or
  /// `fault`.
  HttpEvent next(std::string_view& input, std::string_view& data);
  HttpFault fault() const { return fault_; }

 private:
  enum class Place : std::uint8_t { first_digit, size, padding, extension, line_feed, data, data_return, data_feed };
  bool take(char byte);
  bool take_of_size(char byte);
  bool take_of_line(char byte);
  bool take_line_end(bool as_it_should, Place then, HttpFault otherwise);
  bool fail(HttpFault fault);

  std::size_t line_bytes_max_;
  std::size_t line_bytes_ = 0;
  std::uint64_t size_ = 0;  ///< of the chunk; then what is left of it
  Place place_ = Place::first_digit;
  HttpFault fault_ = HttpFault::none;
};

}  // namespace atonce
