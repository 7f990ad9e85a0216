#pragma once

#include "atonce/jobs/job.h"

namespace atonce {

/// Complains of a folder that cannot be written to, and of a content that cannot be read. Makes nothing.
Parsed<void> check_write(const Plan& plan);

/// Writes the file of each target below the plan's folder: `written` is a file that is there, whole. Its name leads
/// nowhere else, whatever it is, and nothing that is there is touched unless the plan says so.
///
/// Files are written on the pool's threads of the loop, those that are due at the same time as one piece of work: going
/// there and back for each would cost as much as a file. Where the engine blocks anyway, each by itself. Throws where
/// the plan cannot be carried out here, which `check_write` would have told.
Task<void> with_write(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body);

/// All files of the run reach the disk: `--sync end`. Complains when they do not. Source: syncfs(2).
Parsed<void> sync_written(const Plan& plan);

}  // namespace atonce
