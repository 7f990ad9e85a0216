#pragma once

#include <cstdint>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/ask_log.h"
#include "atonce/world/delay_line.h"
#include "atonce/world/mirrored_packets.h"
#include "atonce/world/tun_counters.h"
#include "atonce/world/tun_packet.h"

namespace atonce {

/// The addresses of 10.0.0.0/8 behind a TUN device: every packet sent there is read, may be lost, and is answered after
/// the round trip.
///
/// It shares the cores with what is measured, so it costs as little as it can: on round trips of 10 ms and more it does
/// not let itself be woken by each packet but looks every 200th of the round trip (250 µs at 50 ms), so a reply may
/// come that much later.
class TunGround {
 public:
  /// Opens the device; only inside a private network.
  static Parsed<TunGround> open(const WorldSpec& spec);

  /// The descriptors that the serving process must keep.
  std::vector<int> descriptors() const;
  /// Serves until the process is ended.
  [[noreturn]] void run(TunCounters::Page& counts);

 private:
  TunGround(const WorldSpec& spec, OwnedDescriptor device, AskLog log);

  bool read_packets(Instant now);
  void take_packet(std::span<std::uint8_t> packet, Instant now);
  void mirror(std::span<std::uint8_t> packet, Instant now);
  void send_mirrored(Instant now);
  Duration extra_delay();
  void send(std::span<const std::uint8_t> packet);
  bool chance_takes();
  bool in_outage(Instant now) const;
  void wait(bool busy);

  WorldSpec spec_;
  TunHosts hosts_;
  OwnedDescriptor device_;
  AskLog log_;
  DelayLine line_;
  MirroredPackets mirrored_;
  Duration nap_;
  std::uint64_t loss_of_2_64_;  ///< a packet is lost when 64 random bits are below it
  std::uint64_t random_;
  Instant first_syn_ = never;
  TunCounters::Page* counts_ = nullptr;
};

}  // namespace atonce
