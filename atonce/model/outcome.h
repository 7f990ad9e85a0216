#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/boxed.h"
#include "atonce/model/duration.h"
#include "atonce/model/evidence.h"
#include "atonce/model/exchange.h"
#include "atonce/model/target.h"
#include "atonce/model/verdict.h"

namespace atonce {

/// What one address said, where a job tries several (`--all-addresses`, happy eyeballs).
struct Attempt {
  IpAddress address;
  Verdict verdict = Verdict::unfinished;
  int error = 0;           ///< errno, 0 when open
  std::uint16_t syns = 0;  ///< SYNs sent; 0 where the kernel cannot tell
  Duration took{};
};

/// All that happened to one target. Instants that were not reached stay at the epoch.
struct Outcome {
  Target target;
  Verdict verdict = Verdict::unfinished;
  int error = 0;            ///< errno behind the verdict, 0 when there is none
  std::uint16_t tries = 0;  ///< 1 when the first try gave the verdict
  std::uint8_t lap = 1;     ///< 1, or the later lap that tried it again because the answer was unsure
  Doubts doubts;            ///< why the verdict may be wrong through us; none: it is sure
  bool overturned = false;  ///< a later lap gave another answer than the first
  Evidence evidence;
  IpAddress address;    ///< the one used for the verdict
  Instant due{};        ///< when the pacing wanted it started
  Instant started{};    ///< when it was
  Instant resolved{};   ///< when its address was known
  Instant connected{};  ///< when the connection stood or was refused
  Instant finished{};
  std::vector<Attempt> attempts;  ///< each address tried, when more than one was asked for
  Boxed<Exchange> exchange;       ///< what HTTP came to; none for a probe, and where no request could be formed
};

/// A request that must not be repeated has left us: whatever came of it, this target is not tried again.
inline bool is_sent(const Outcome& outcome) { return outcome.exchange && outcome.exchange->sent; }

}  // namespace atonce
