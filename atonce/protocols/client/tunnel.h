#pragma once

#include <string>

#include "atonce/protocols/client/client_settings.h"
#include "atonce/protocols/client/stream.h"
#include "atonce/protocols/url/url.h"

namespace atonce {

/// Asks the proxy at the other end of `stream` for a way to the host of `url`; afterwards the stream leads there. Gives
/// an empty text, or why there is no way, for a person, without user and password. Source: RFC 9110 9.3.6 (CONNECT),
/// RFC 1928 and RFC 1929 (SOCKS5).
///
/// Errors: those of the stream; EPROTO when the proxy's answer makes no sense or is a refusal, see `complaint`.
Task<Result<void>> open_tunnel(ByteStream& stream, const Proxy& proxy, const Url& url, std::string_view user_agent,
                               std::string& complaint);

}  // namespace atonce
