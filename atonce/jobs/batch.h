#pragma once

#include "atonce/jobs/job.h"

namespace atonce {

/// Complains of what a batch cannot be asked for: variables that are none, and what `check_fetch` complains of.
Parsed<void> check_batch(const Plan& plan);

/// Sends the requests of each batch one after the other, each after the answer to the one before; a target stands for
/// all requests of its batch that are still to be done.
///
/// A request whose answer is complete and as expected is `ok`; one whose answer is not is `assert_failed`. One that may
/// have reached its server, and whose answer nobody saw, is `unknown_outcome` when it must not be sent twice: its
/// method is not idempotent, it has no Idempotency-Key, and the plan does not say that batches are idempotent. The
/// requests behind one that failed are `skipped`, unless the plan keeps going. What an earlier session may have sent is
/// `unknown_outcome` too; lines of JSON go on behind what is known, a Hurl file cannot, for what it captured is gone:
/// the rest of it is `not_sent`.
///
/// Nothing tries a request again in a later lap: its place in the order is over. A shortage of our own is waited out
/// here. Throws where the plan cannot be carried out here, which `check_batch` would have told.
Task<void> with_batch(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body);

}  // namespace atonce
