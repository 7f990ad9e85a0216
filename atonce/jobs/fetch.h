#pragma once

#include "atonce/jobs/job.h"

namespace atonce {

/// Complains of what a fetch cannot be asked for: an expression that is none, fields that must not go over the wire, a
/// proxy or a certificate that cannot be used, a folder that cannot be written to.
Parsed<void> check_fetch(const Plan& plan);

/// Whether a request of this fetch may be sent again although nobody knows what became of it. Source: RFC 9110, 9.2.2.
bool may_repeat_fetch(const Plan& plan);

/// Sends one request for each target's URL over a client of this loop, whose connections are used again, and fills the
/// outcome and its exchange: `ok` is a complete answer, whatever its status code.
///
/// Never fails: what goes wrong is the outcome's verdict. What the exclude list has is never asked, also where a
/// redirect leads to it, and no name and no redirect leads into special-use ranges. A try is repeated (`--retries`)
/// after silence, a stall, a closed connection and failing resolvers, unless a request that must not be repeated may
/// have reached the host. Throws where the plan cannot be carried out here, which `check_fetch` would have told.
Task<void> with_fetch(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body);

}  // namespace atonce
