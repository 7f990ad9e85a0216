#pragma once

#include "atonce/protocols/client/client_core.h"

namespace atonce {

/// As `HttpClient::fetch_into` with `options.follow`: goes on to where answers lead. The bodies of answers on the way
/// are not shown to the sink; its deadline holds for the whole way.
Task<void> fetch_following(ClientCore& core, Fetched& into, const HttpRequest& request, BodySink& sink,
                           const RequestOptions& options);

/// What is asked next: the same of `to`, without body where the status asks for that, without credentials where `to` is
/// of another origin. Source: RFC 9110 15.4, curl(1) on -L.
HttpRequest redirected(const HttpRequest& request, std::uint16_t status, Url to, const RedirectPolicy& policy);

}  // namespace atonce
