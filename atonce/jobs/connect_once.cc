#include "atonce/jobs/connect_once.h"

#include <cerrno>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/requests.h"

namespace atonce {

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
