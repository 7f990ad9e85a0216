#include "atonce/cli/processor_use.h"

#include <array>
#include <fstream>
#include <string>

namespace atonce {

ProcessorUse read_processor_use() {
  std::ifstream stat("/proc/stat");
  std::string name;
  if (!(stat >> name) || name != "cpu") return {};
  // user nice system idle iowait irq softirq steal; guests are in user already.
  constexpr std::size_t idle = 3, waiting = 4, fields = 8;
  ProcessorUse use;
  for (std::size_t field = 0; field < fields; ++field) {
    std::uint64_t ticks = 0;
    if (!(stat >> ticks)) return {};
    (field == idle || field == waiting ? use.idle : use.busy) += ticks;
  }
  return use;
}

std::optional<double> busy_share(const ProcessorUse& before, const ProcessorUse& after) {
  constexpr std::uint64_t ticks_few = 10;  // Each is 10 ms of one processor.
  if (after.busy < before.busy || after.idle < before.idle) return std::nullopt;
  const std::uint64_t busy = after.busy - before.busy, all = busy + after.idle - before.idle;
  if (all < ticks_few) return std::nullopt;
  return static_cast<double>(busy) / static_cast<double>(all);
}

}  // namespace atonce
