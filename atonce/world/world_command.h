#pragma once

/// The four uses of `atonce world`, for the command line to wire:
///
///   --names N         write_names(spec.seed, N, STDOUT_FILENO)
///   --truth LIST      write_truth_row(spec, target) for each target of the list
///   -- COMMAND ...    run_in_world(spec, command)
///   none of these     serve_world(spec)
///
/// and for `--world` on any run: parse_world_spec, set `ports`, enter_world, then probe with the resolver() and port()
/// of what it returns. The truth of such a run is that of the spec that enter_world has settled.

#include "atonce/world/run_inside.h"
#include "atonce/world/truth.h"
#include "atonce/world/write_names.h"
