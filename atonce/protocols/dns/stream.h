#pragma once

#include "atonce/protocols/dns/message.h"
#include "atonce/runtime/requests.h"

namespace atonce {

/// Asks on a TCP connection of its own, as for an answer that was truncated; draws the id. A stream that ends or stays
/// silent, or a message of the wrong size, id or question: `unreachable`, `silent` or `invalid`; never more than one
/// message of 64 KiB is read. Source: RFC 1035 4.2.2, RFC 7766.
Task<Reply> ask_stream(Io& io, Endpoint server, Query query, Duration timeout);

/// What an error of a socket means for a question that was to be asked there.
Reply reply_of(Error error);

}  // namespace atonce
