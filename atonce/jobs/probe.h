#pragma once

#include "atonce/jobs/job.h"
#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// Resolves the target's name, opens a TCP connection to it, and closes it: is it open, closed, or does nobody answer?
///
/// Never fails: what goes wrong is the outcome's verdict, and a shortage of this machine (local_*) is never the
/// target's. A try ends at `connect_timeout` for each connection and at `timeout` for all of it; only silence and
/// failing resolvers are tried again. What the exclude list has is never asked, and a name that leads into special-use
/// ranges is not followed. The wait for a place among those to one address or network is before `started`, where
/// time_queue shows it. Source: connect(2), RFC 9293 3.5, RFC 8305 for happy eyeballs.
Task<Outcome> probe(Io& io, Resolver& resolver, const JobSetting& setting, Target target, Instant due);

Task<void> with_probe(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body);

}  // namespace atonce
