#pragma once

#include <functional>
#include <optional>
#include <string>

#include "atonce/model/comparison.h"
#include "atonce/model/exit_code.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// What a process and the children that it has waited for have used up to now. Source: getrusage(2).
struct Usage {
  Duration user{}, system{};
  std::uint64_t switches_voluntary = 0, switches_involuntary = 0;
};
Usage read_usage();

/// What is known of a round only where it runs.
struct RoundSpan {
  Usage before;              ///< when its wall time began
  std::uint32_t forked = 0;  ///< so many processes of its own
};

/// One round of a comparison: fills in what only it can know (wall, tally, verdicts, recording). Anything but
/// exit_complete: it failed, and has said why.
using RoundBody = std::function<int(Control& control, Round& round, RoundSpan& span)>;

/// How a round ended: whole, or with an exit code whose reason has been told; exit_interrupted has none.
template <class Value>
struct RoundEnd {
  std::optional<Value> value;
  int code = exit_internal;
};

/// Runs `body` in a process of its own, so that its memory, processor time and switches are its own, and adds these. A
/// stop of `control` is handed on to it.
RoundEnd<Round> run_round_apart(const RoundBody& body, const Control& control);

/// What a round came to whose system calls were counted. Its times mean nothing: counting stops each call twice.
struct CountedRound {
  std::uint64_t targets = 0;
  std::optional<std::uint64_t> system_calls;  ///< of all its threads and processes; none where nothing may be traced
};
/// The same, counting system calls on the way. Source: ptrace(2).
RoundEnd<CountedRound> count_round_apart(const RoundBody& body, const Control& control);

}  // namespace atonce
