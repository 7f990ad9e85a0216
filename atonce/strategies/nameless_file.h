#pragma once

#include <string>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// TMPDIR, or /tmp where it is not set. Source: environ(7).
std::string temporary_folder();

/// A file of our own in `temporary_folder()` that has no name, so that nothing is left of it whatever happens. Errors:
/// as open(2): EACCES, ENOENT, ENOSPC, EMFILE, ... Source: open(2) O_TMPFILE.
Result<OwnedDescriptor> make_nameless_file();

}  // namespace atonce
