#include "atonce/jobs/connect_once.h"

#include <cerrno>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/requests.h"

namespace atonce {

Verdict verdict_of_connect(Error error) {
  switch (error.code) {
    case ECONNREFUSED:
    case ECONNRESET: return Verdict::closed;  // The host answered with RST: RFC 9293 3.5.2.
    case ETIMEDOUT: return Verdict::timeout;  // Nobody answered before the deadline, or the kernel gave up repeating.
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case EPROTO:
    case ENOPROTOOPT: return Verdict::unreachable;  // A router answered in its place: icmp(7), RFC 1122 4.2.3.9.
    case ENETUNREACH:
    case ENETDOWN: return error.local ? Verdict::local_no_route : Verdict::unreachable;
    case EAFNOSUPPORT:
    case EINVAL: return Verdict::local_no_route;  // No IPv6 here, or an address that cannot be connected to.
    case EACCES:
    case EPERM: return error.local ? Verdict::local_denied : Verdict::unreachable;
    case EADDRNOTAVAIL:  // No local port is left towards this endpoint.
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Verdict::local_shortage;
    case ECANCELED: return Verdict::unfinished;
    default: return Verdict::local_error;
  }
}

Task<Attempt> connect_once(Io& io, Endpoint to, Duration timeout) {
  const Instant started = io.now();
  ConnectFacts facts;
  Result<Socket> socket = co_await within(timeout, connect(io, to, &facts));
  Attempt attempt{.address = to.address, .verdict = Verdict::open, .syns = facts.syns, .took = io.now() - started};
  if (socket) {
    socket->reset(to.address.family);
  } else {
    attempt.error = socket.error().code;
    attempt.verdict = verdict_of_connect(socket.error());
    // A socket has no source address for a family that this machine does not speak.
    if (attempt.error == EADDRNOTAVAIL && to.address.family == Family::v6) attempt.verdict = Verdict::local_no_route;
  }
  co_return attempt;
}

}  // namespace atonce
