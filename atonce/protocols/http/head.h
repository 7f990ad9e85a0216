#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/exchange.h"
#include "atonce/protocols/http/fields.h"

namespace atonce {

/// What a request asks for, for HTTP/1.1 and HTTP/2 alike.
struct RequestHead {
  std::string method = "GET";
  std::string target = "/";  ///< origin-form "/path?query", absolute-form for a proxy, "host:port" for CONNECT, "*"
  std::string authority;     ///< host, and the port where it is not the default: Host, or :authority
  std::string scheme;        ///< "http", "https"; only HTTP/2 sends it
  Fields fields;             ///< without Host where `authority` is set
  HttpVersion version = HttpVersion::http11;
};

/// What an answer begins with.
struct ResponseHead {
  std::uint16_t status = 0;
  std::string reason;  ///< as it came, or empty
  HttpVersion version = HttpVersion::unknown;
  Fields fields;
};

/// "Not Found" for 404; empty for codes without a registered phrase. Source: RFC 9110 15, RFC 6585, RFC 7538, RFC 8297.
std::string_view reason_of(std::uint16_t status);

/// The answer has no body, whatever its fields say: RFC 9112 6.3 (1, 2).
bool has_no_body(std::string_view method, std::uint16_t status);

/// Safe to repeat when nobody knows whether it was served: RFC 9110 9.2.2.
bool is_idempotent(std::string_view method);

}  // namespace atonce
