#pragma once

#include <functional>
#include <optional>

#include "atonce/model/comparison.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// One round of a comparison: what it fills in is what only it can know (wall, tally, verdicts, recording). False: it
/// failed, and has said why.
using RoundBody = std::function<bool(Control& control, Round& round)>;

/// Runs `body` in a process of its own, so that its memory, processor time and switches are its own, and adds these.
/// `workers`: so many processes that it forks; 0: none. Nothing when it was interrupted or failed. A stop of `control`
/// is handed on to it.
std::optional<Round> run_round_apart(const RoundBody& body, std::uint32_t workers, const Control& control);

/// What a round came to whose system calls were counted. Its times mean nothing: counting stops each call twice.
struct CountedRound {
  std::uint64_t targets = 0;
  std::optional<std::uint64_t> system_calls;  ///< of all its threads and processes; none where nothing may be traced
};
/// The same, counting system calls on the way. Source: ptrace(2).
std::optional<CountedRound> count_round_apart(const RoundBody& body, const Control& control);

}  // namespace atonce
