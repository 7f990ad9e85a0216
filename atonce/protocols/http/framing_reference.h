#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atonce {

/// For tests and fuzzers: where an answer that a strict reader takes ends, told in the plainest way from the whole
/// stream, and without a line of the reader's code.
struct ReferenceAnswer {
  int status = 0;
  std::string body;
  std::size_t bytes = 0;  ///< of the stream, interim answers included
};

/// Nothing when the stream ends too early. Only for streams that begin with a well-formed answer.
std::optional<ReferenceAnswer> read_reference(std::string_view stream, std::string_view method);

}  // namespace atonce
