#pragma once

#include <cstdint>

namespace atonce {

// Linking atonce_failing_allocation replaces operator new: it then costs one relaxed load more. The counter is the only
// global of the program, since operator new is.

/// Lets the `nth` allocation from now fail with std::bad_alloc, once, whichever thread makes it; 0: none.
void fail_allocation(std::uint64_t nth);

/// False where a thread sanitizer has an operator new of its own: then nothing is counted, and nothing fails.
bool allocations_can_fail();

/// How many allocations are left until the one that fails; 0: none will. Counts what a piece of code allocates.
std::uint64_t allocations_until_failure();

}  // namespace atonce
