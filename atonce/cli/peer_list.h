#pragma once

#include "atonce/cli/spool.h"

namespace atonce {

/// Writes what a list comes to, as a peer reads it: a line for each target, in the order of the list, as a URL or as
/// host:port ([2001:db8::1]:443); a line that is no target as it stands there. What `-n`, `--url`, `--unique` and `-p`
/// ask for is done by then. Passwords of URLs are left out. Of batches: the files as they are, behind one another.
Parsed<Spool> write_peer_list(const InputOptions& input);

}  // namespace atonce
