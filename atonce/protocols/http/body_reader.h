#pragma once

#include <cstdint>
#include <string_view>

#include "atonce/protocols/http/chunk_reader.h"
#include "atonce/protocols/http/event.h"
#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http/framing.h"
#include "atonce/protocols/http/head_text.h"
#include "atonce/protocols/http/limits.h"

namespace atonce {

/// The body of one message, to its end: what comes between the head and the next message.
class BodyReader {
 public:
  BodyReader(const HttpLimits& limits, HeadText& text)
      : bytes_max_(limits.body_bytes_max), chunks_(limits.chunk_line_bytes_max), text_(text) {}

  void begin(BodyFraming framing);
  /// `more`, `body`, `end` or `fault`.
  HttpEvent next(std::string_view& input);
  /// The stream has ended: `end` or `fault`.
  HttpEvent finish();

  std::string_view piece() const { return piece_; }
  const Fields& trailers() const { return trailers_; }
  BodyFraming framing() const { return framing_; }
  HttpFault fault() const { return fault_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t wire_bytes() const { return wire_bytes_; }

 private:
  HttpEvent give(std::string_view& input, std::uint64_t bytes_max);
  HttpEvent next_of_chunks(std::string_view& input);
  HttpEvent next_of_trailers(std::string_view& input);
  HttpEvent fail(HttpFault fault);

  std::uint64_t bytes_max_;
  ChunkReader chunks_;
  HeadText& text_;
  BodyFraming framing_;
  bool in_trailers_ = false;
  bool over_ = false;  ///< more came than the bound allows
  HttpFault fault_ = HttpFault::none;
  std::string_view piece_;
  Fields trailers_;
  std::uint64_t bytes_ = 0;
  std::uint64_t wire_bytes_ = 0;
};

}  // namespace atonce
