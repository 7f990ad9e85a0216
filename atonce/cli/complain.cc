#include "atonce/cli/complain.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cstdio>
#include <set>

namespace atonce {

int complain_and_exit(const Complaint& complaint, ExitCode code) {
  remark(complaint);
  return complaint.local_limit ? exit_local_limit : code;
}

void remark(const Complaint& note) { tell(fmt::format("atonce: {}\n", note.text)); }

void tell(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

ExitCode print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? exit_complete : exit_local_limit;
}

std::vector<std::uint16_t> ports_of(const InputOptions& input) {
  std::set<std::uint16_t> ports;
  for (const auto& [first, last] : input.ports)
    for (unsigned port = first; port <= last; ++port) ports.insert(static_cast<std::uint16_t>(port));
  return {ports.begin(), ports.end()};
}

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  while (seed == 0)
    if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = 0;
  return seed;
}

}  // namespace atonce
