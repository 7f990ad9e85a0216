#pragma once

#include "atonce/world/web/web_server.h"
#include "atonce/world/web/web_stream.h"

namespace atonce {

/// What the parts that carry one connection share.
struct WebConnection {
  WebShared& shared;
  WebStream& stream;
  std::uint64_t number;  ///< from 1 on
  IpAddress peer = {};
  std::uint64_t requests = 0;
};

/// Serves the requests of an HTTP/1.1 connection, one after the other, pipelined ones too. `first`: what has been read
/// of it already.
Task<void> serve_http1(WebConnection& connection, std::string first);

/// Fills in what the carrier knows of every request.
void complete(WebRequest& request, const WebConnection& connection);
/// Counts an answer and logs it. `begun`: when the whole request was there.
void account(WebConnection& connection, const WebRequest& request, std::uint16_t status, Instant begun);

}  // namespace atonce
