#pragma once

#include <cstdint>
#include <optional>

namespace atonce {

/// How long the processors of this machine have been busy, and idle, since it started; in ticks, added up. Zero where
/// it cannot be known.
struct ProcessorUse {
  std::uint64_t busy = 0, idle = 0;
};
/// Source: proc(5), /proc/stat.
ProcessorUse read_processor_use();

/// The share of all processors that was used between two readings; nothing where too little time has gone by to tell.
std::optional<double> busy_share(const ProcessorUse& before, const ProcessorUse& after);

}  // namespace atonce
