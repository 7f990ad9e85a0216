#pragma once

namespace atonce {

/// What the program tells its caller. README, help and manual page have the same list.
enum ExitCode : int {
  exit_complete = 0,     ///< every target has a verdict, closed ones too
  exit_threshold = 1,    ///< an assertion or a threshold failed
  exit_usage = 2,        ///< usage or input
  exit_unsure = 3,       ///< complete, but some verdicts stay unsure
  exit_interrupted = 4,  ///< stopped before the end
  exit_local_limit = 5,  ///< stopped by a local limit, such as a full disk
  exit_internal = 6,     ///< the account does not balance, or a bug of ours
};

}  // namespace atonce
