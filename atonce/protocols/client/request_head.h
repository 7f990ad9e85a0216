#pragma once

#include "atonce/protocols/client/client_settings.h"
#include "atonce/protocols/client/http_request.h"
#include "atonce/protocols/http/framing.h"

namespace atonce {

/// "Basic dXNlcjpwYXNz", for Authorization and Proxy-Authorization. Source: RFC 7617.
std::string basic_credentials(std::string_view user, std::string_view password);

/// What goes out for a request, in `head`, whose memory is used again. `via`: the proxy it is written for, in absolute
/// form; null where the other end answers itself.
void compose_head(RequestHead& head, const HttpRequest& request, const RequestOptions& options,
                  const ClientSettings& settings, const Proxy* via);

/// How its body is framed: by its length, chunked where nobody knows it, none for a GET without one.
BodyFraming framing_of(const HttpRequest& request);

}  // namespace atonce
