#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/exchange.h"
#include "atonce/protocols/http/fields.h"

namespace atonce {

/// A whole request, as the built-in server got it: over any version of HTTP, with or without TLS.
struct WebRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, as they came
  std::string host;          ///< of the Host field or :authority, with a port if it has one
  Fields fields;
  std::string body;
  bool secure = false;  ///< over TLS
  HttpVersion version = HttpVersion::http11;
  std::uint32_t stream = 0;  ///< of HTTP/2
  IpAddress peer;
  std::int64_t now = 0;      ///< seconds since 1970
  std::uint64_t random = 0;  ///< 64 bits that no other request has

  std::string_view scheme() const { return secure ? "https" : "http"; }
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    const std::size_t mark = target.find('?');
    return mark == target.npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  }
};

}  // namespace atonce
