#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "atonce/protocols/http/fault.h"

namespace atonce {

/// llhttp in strict mode: the second reader of every head. What two readers take for different things is how bytes of
/// one message pass for another's, so that both have to agree.
class MessageSyntax {
 public:
  enum class Side : std::uint8_t { response, request };

  explicit MessageSyntax(Side side);
  ~MessageSyntax();
  MessageSyntax(MessageSyntax&&) = delete;

  /// Reads a whole head, and compares what it makes of its framing with ours.
  HttpFault read_head(std::string_view text, bool chunked, bool has_length, std::uint64_t length);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  Side side_;
};

}  // namespace atonce
