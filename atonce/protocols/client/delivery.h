#pragma once

#include <optional>
#include <string_view>

#include "atonce/protocols/client/http_request.h"
#include "atonce/protocols/http/content_coding.h"

namespace atonce {

/// The way of an answer's body to its sink: decoded where that was asked for, held back while the sink wants to settle.
class Delivery {
 public:
  enum class State : std::uint8_t {
    more,
    settle,  ///< await `sink().settled()`, then go on with `resume`
    enough,  ///< the sink wants no more
    fault,   ///< `fault` says which
  };

  Delivery(BodySink& sink, bool decode, const HttpLimits& limits) : sink_(sink), limits_(limits), decode_(decode) {}

  State head(const ResponseHead& head, bool has_body);
  /// A piece of the body, which stays where it is until `more` was said.
  State body(std::string_view wire) {
    wire_ = wire;
    return resume();
  }
  State resume();
  /// Keeps what is held back, whose place is about to be used again.
  void keep_rest();
  /// The body is complete.
  State end();

  BodySink& sink() const { return sink_; }
  HttpFault fault() const { return fault_; }
  std::uint64_t delivered_bytes() const { return delivered_; }

 private:
  State state_of(Appetite appetite);

  BodySink& sink_;
  const HttpLimits& limits_;
  std::optional<ContentDecoder> decoder_;
  std::string_view wire_;
  std::string kept_;
  std::uint64_t delivered_ = 0;
  HttpFault fault_ = HttpFault::none;
  bool decode_;
};

}  // namespace atonce
