#pragma once

#include <cstdint>

namespace atonce {

/// What `next` of a reader came to.
enum class HttpEvent : std::uint8_t {
  more,     ///< everything given is used up: read more of the connection
  interim,  ///< a 1xx answer: `head` has it; the answer itself is still to come
  head,     ///< `head` has the head
  body,     ///< `body` has a piece of the body
  end,      ///< the message is complete
  fault,    ///< `fault` says what is wrong; nothing more is read from this connection
};

}  // namespace atonce
