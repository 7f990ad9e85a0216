#include "atonce/cli/complain.h"

#include <fmt/format.h>

#include <set>

namespace atonce {

int complain_and_exit(const Complaint& complaint, ExitCode code) {
  fmt::print(stderr, "atonce: {}\n", complaint.text);
  return code;
}

void remark(const Complaint& note) { fmt::print(stderr, "atonce: {}\n", note.text); }

std::vector<std::uint16_t> ports_of(const InputOptions& input) {
  std::set<std::uint16_t> ports;
  for (const auto& [first, last] : input.ports)
    for (unsigned port = first; port <= last; ++port) ports.insert(static_cast<std::uint16_t>(port));
  return {ports.begin(), ports.end()};
}

}  // namespace atonce
