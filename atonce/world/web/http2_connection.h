#pragma once

#include <string>

#include "atonce/world/web/web_connection.h"

namespace atonce {

/// Serves the requests of an HTTP/2 connection, many at a time. `first`: what has been read of it already.
Task<void> serve_http2(WebConnection& connection, std::string first);

}  // namespace atonce
