#pragma once

#include <cstdint>
#include <string_view>

namespace atonce {

/// Packets that reached this machine and were thrown away here, since it started: answers that look like silence.
struct LocalDrops {
  std::uint64_t backlog = 0;         ///< net.core.netdev_max_backlog was full; of the whole machine
  std::uint64_t receive_buffer = 0;  ///< a UDP socket's buffer was full; of this network namespace

  std::uint64_t total() const { return backlog + receive_buffer; }
};

/// Reads the counters; zeros where the system has none. Source: proc(5), softnet_stat and snmp.
LocalDrops read_local_drops();

/// The second column of each row, in hexadecimal: a row for each processor.
std::uint64_t parse_softnet_drops(std::string_view softnet_stat);
/// RcvbufErrors of the row of values that follows the row of names.
std::uint64_t parse_udp_drops(std::string_view snmp);

}  // namespace atonce
