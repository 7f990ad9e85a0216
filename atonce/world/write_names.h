#pragma once

#include <cstdint>

namespace atonce {

/// Writes the world's own ranked list to a descriptor, `rank,domain` a line, ranks from 1 to `count`. Returns 0 or the
/// errno of write(2).
int write_names(std::uint64_t seed, std::uint64_t count, int fd);

}  // namespace atonce
