#pragma once

#include <memory>

#include "atonce/strategies/target_source.h"

namespace atonce {

/// The files that there are to be: those that follow from the seed, `input.limit` of them; or those of lines of JSON
/// (parse_file_row) or of a tar archive. A line or an entry that is no file is a target with a complaint, in its place.
///
/// What a file of a list holds goes with its target where it is small; else it is read where it stands when its turn
/// comes. For an archive that is a file without a name in TMPDIR, which larger entries are copied to.
Parsed<std::unique_ptr<TargetList>> open_files(const InputOptions& input);

}  // namespace atonce
