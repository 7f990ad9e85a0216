#include "atonce/jobs/job.h"

#include <algorithm>

#include "atonce/jobs/batch.h"
#include "atonce/jobs/fetch.h"
#include "atonce/jobs/probe.h"
#include "atonce/jobs/write.h"

namespace atonce {
namespace {

constexpr std::array jobs{
    JobRow{"probe", "open a TCP connection to each host and close it: open, closed, timeout?", with_probe},
    JobRow{"fetch", "get each URL: what was answered, how long it took, and what went wrong?", with_fetch, check_fetch,
           may_repeat_fetch, 64,
           8'000},  // An exchange holds some 20 KiB, and what a core can do is under way with far fewer.
    JobRow{"batch", "requests in their order, batches at once: was each answer as expected?", with_batch, check_batch,
           nullptr,
           512},  // All that there is room for are to start together: what is behind a late start is late, too.
    JobRow{"write", "write so many small files: is each there, whole?", with_write, check_write, nullptr, 64, 2'048,
           false},  // Groups of files that wait for their turn: more would only wait longer.
};

}  // namespace

std::span<const JobRow> all_jobs() { return jobs; }

const JobRow* find_job(std::string_view name) {
  const auto row = std::ranges::find(jobs, name, &JobRow::name);
  return row == jobs.end() ? nullptr : &*row;
}

}  // namespace atonce
