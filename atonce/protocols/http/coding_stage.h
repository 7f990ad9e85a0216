#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/http/fault.h"

namespace atonce {

/// Undoes one coding. Implementations are the doors to zlib, brotli and zstd.
class CodingStage {
 public:
  virtual ~CodingStage() = default;
  /// Decodes from the front of `input` into `output`; returns how many bytes of that were written. It stops when
  /// `output` is full, `input` is used up, or there is a fault.
  virtual std::size_t decode(std::string_view& input, std::span<char> output) = 0;
  /// What was decoded so far is whole: the coding may end here.
  virtual bool ended() const = 0;
  HttpFault fault() const { return fault_; }

 protected:
  std::size_t fail(HttpFault fault, std::size_t written = 0) {
    fault_ = fault;
    return written;
  }

 private:
  HttpFault fault_ = HttpFault::none;
};

std::unique_ptr<CodingStage> make_gzip_stage();
std::unique_ptr<CodingStage> make_deflate_stage();  ///< zlib's format, or raw
std::unique_ptr<CodingStage> make_brotli_stage();
std::unique_ptr<CodingStage> make_zstd_stage(unsigned window_log_max);

std::string encode_gzip(std::string_view body);
std::string encode_deflate(std::string_view body);  ///< zlib's format
std::string encode_brotli(std::string_view body);
std::string encode_zstd(std::string_view body);

}  // namespace atonce
