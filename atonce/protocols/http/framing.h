#pragma once

#include <cstdint>

namespace atonce {

/// How the end of a body is known: RFC 9112 6.3.
enum class BodyKind : std::uint8_t {
  none,         ///< there is no body
  length,       ///< Content-Length
  chunked,      ///< Transfer-Encoding: chunked
  until_close,  ///< only answers
};

struct BodyFraming {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  ///< bytes, with BodyKind::length

  static constexpr BodyFraming none() { return {}; }
  static constexpr BodyFraming of_length(std::uint64_t bytes) { return {BodyKind::length, bytes}; }
  static constexpr BodyFraming chunked() { return {BodyKind::chunked, 0}; }
  static constexpr BodyFraming until_close() { return {BodyKind::until_close, 0}; }
  friend bool operator==(BodyFraming, BodyFraming) = default;
};

}  // namespace atonce
