#pragma once

#include "atonce/cli/invocation.h"

namespace atonce {

// What each command does, to its exit code. One file each.
int run_job(const Invocation& invocation);  ///< `probe`, `fetch`, `batch`, `write`: one job over a list
int run_overlap(const Invocation& invocation);
int run_clean(const Invocation& invocation);  ///< `write --clean`
int run_compare(const Invocation& invocation);
int run_resume(const Invocation& invocation);
int run_runs(const Invocation& invocation);
int run_show(const Invocation& invocation);
int run_diff(const Invocation& invocation);
int run_report(const Invocation& invocation);
int run_world(const Invocation& invocation);
int run_serve(const Invocation& invocation);
int run_doctor(const Invocation& invocation);

}  // namespace atonce
