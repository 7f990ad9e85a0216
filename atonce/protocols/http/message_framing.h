#pragma once

#include <string_view>

#include "atonce/model/exchange.h"
#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/http/framing.h"

namespace atonce {

/// What the fields of a head say about its message, before the method and the status have their say.
struct FramingFields {
  HttpFault fault = HttpFault::none;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;
  bool keep_alive = false;  ///< RFC 9112 9.3
  std::uint32_t hosts = 0;
  std::string_view host;
  std::string_view expect;
  bool has_expect = false;
};

/// Source: RFC 9112 6.1 to 6.3; both lengths, and two that are equal, are faults.
FramingFields read_framing(const Fields& fields, HttpVersion version);

}  // namespace atonce
