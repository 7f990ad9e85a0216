#pragma once

#include <memory>

#include "atonce/strategies/target_source.h"

namespace atonce {

/// The batches of files: one of each Hurl file, and those of lines of JSON as they are read. Each is a target that
/// stands for all of its requests. All Hurl files are read first: a complaint names everything that is wrong with any
/// of them, before anything is sent; a wrong line of JSON is a target with a complaint, in its place.
///
/// With `input.repeat` everything is gone through again, with `input.starts` until exactly so many batches were given.
Parsed<std::unique_ptr<TargetList>> open_batches(const InputOptions& input);

}  // namespace atonce
