#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/duration.h"

namespace atonce {

/// Where this machine can throw packets away.
enum class DropKind : std::uint8_t {
  backlog,
  queue,
  device_send,
  receive_buffer,
  send_failed,
  accept_queue,
  device_receive,
};
inline constexpr std::size_t drop_kind_count = 7;

/// A row of the family of drops.
struct DropRow {
  DropKind kind;
  std::string_view name;
  std::string_view meaning;
  bool counts;  ///< silence may come of it; else it only helps to explain
};

// One packet can show in several rows: what the backlog of a veth pair throws away was seen, to a packet, as backlog,
// device_send and send_failed. A full accept queue is that of a server here, not of whom we ask; and interfaces count
// as dropped whatever protocol they do not know.
constexpr std::array<DropRow, drop_kind_count> all_drops{{
    {DropKind::backlog, "backlog", "the queue of packets that wait for a processor was full, of the whole machine",
     true},
    {DropKind::queue, "queue", "the queue in front of an interface was full", true},
    {DropKind::device_send, "device_send", "an interface could not send", true},
    {DropKind::receive_buffer, "receive_buffer", "a UDP socket's buffer was full", true},
    {DropKind::send_failed, "send_failed", "a repeated segment did not leave this machine", true},
    {DropKind::accept_queue, "accept_queue", "a listener's queue was full", false},
    {DropKind::device_receive, "device_receive", "an interface threw away what it received", false},
}};

/// Packets thrown away here, by kind, since this machine (or its network namespace) was started: answers, or questions,
/// that look like silence.
struct LocalDrops {
  std::array<std::uint64_t, drop_kind_count> by_kind{};

  std::uint64_t& of(DropKind kind) { return by_kind[static_cast<std::size_t>(kind)]; }
  std::uint64_t of(DropKind kind) const { return by_kind[static_cast<std::size_t>(kind)]; }
  /// At least so many packets from which silence may come: each once, though it may be in several kinds.
  std::uint64_t total() const;
  /// What has come since `before`; none where a counter went back, as it does with an interface that goes.
  LocalDrops since(const LocalDrops& before) const;
};

/// Reads the counters of this machine and of the network namespace in which it is made, again and again: some 60 µs a
/// time. Interfaces and their queues are read less often where there are so many that it would cost more than one part
/// in a hundred of the time. What the system does not offer stays zero.
///
/// Source: proc(5) softnet_stat, snmp, netstat; /proc/net/dev; rtnetlink(7) RTM_GETQDISC.
class DropSampler {
 public:
  DropSampler();
  ~DropSampler();
  DropSampler(const DropSampler&) = delete;

  const LocalDrops& sample();
  /// As of the last sample: packets that this network namespace has sent, repetitions too: what drops are held against.
  std::uint64_t sent() const;
  /// The setting that bounds this kind here, as it is now: "net.core.netdev_max_backlog = 1000", "txqueuelen of eth0 =
  /// 1000"; for interfaces the one that threw most away since the sampler was made. Empty: none is known.
  std::string wall(DropKind kind) const;

 private:
  class Files;
  std::unique_ptr<Files> files_;
  LocalDrops last_;
};

/// Reads the counters once.
LocalDrops read_local_drops();

/// The second column of each row, in hexadecimal: a row for each processor.
std::uint64_t parse_softnet_drops(std::string_view softnet_stat);
/// A counter of a file that has a row of names before each row of values: ("Udp:", "RcvbufErrors") of /proc/net/snmp.
std::uint64_t parse_counter(std::string_view file, std::string_view protocol, std::string_view name);

/// What an interface has dropped: the columns "drop" and "fifo" of each way.
struct DeviceDrops {
  std::string_view name;  ///< within the text that was parsed
  std::uint64_t received = 0;
  std::uint64_t sent = 0;

  friend bool operator==(const DeviceDrops&, const DeviceDrops&) = default;
};
/// The rows of /proc/net/dev.
std::vector<DeviceDrops> parse_device_drops(std::string_view dev);

}  // namespace atonce
