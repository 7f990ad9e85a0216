#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "atonce/model/duration.h"

namespace atonce {

/// The way between us and a simulated host.
struct SimLink {
  Duration latency = std::chrono::milliseconds(1);  ///< round trip; one way takes half of it
  Duration jitter{};                                ///< a random extra of up to so much on each answer
  double loss = 0;                                  ///< share of packets lost, each way
  double duplicates = 0;                            ///< share of datagrams that arrive twice
  double reorders = 0;                              ///< share of datagrams held back for up to a round trip
  std::uint64_t resets_after = std::numeric_limits<std::uint64_t>::max();  ///< bytes, both ways together
};

/// What a simulated host does when it is spoken to. A new one is there, one millisecond away, and listens nowhere: it
/// refuses connections with RST and datagrams with "port unreachable". Each member changes one thing and gives the rule
/// back, so that they can be chained. Where a task of the simulation listens, that task answers.
class HostRule {
 public:
  /// Every packet to it vanishes; a connect ends in ETIMEDOUT when the kernel gives up, after 131 s.
  HostRule& never_answers() { return fate_is(Fate::silent); }
  /// RST on every port, listeners or not: ECONNREFUSED after one round trip.
  HostRule& refuses() { return fate_is(Fate::refuses); }
  /// A router answers in its place: EHOSTUNREACH after one round trip.
  HostRule& unreachable() { return fate_is(Fate::unreachable); }
  /// This machine has no route to it: ENETUNREACH at once, without a packet.
  HostRule& no_route() { return fate_is(Fate::no_route); }
  /// Accepts connections on `port`, swallows what is sent and says nothing.
  HostRule& listens(std::uint16_t port) {
    ports_.push_back(port);
    return *this;
  }
  HostRule& open(std::uint16_t port) { return listens(port); }
  /// The same on every port.
  HostRule& open() {
    every_port_ = true;
    return *this;
  }
  /// The round trip time: a connect takes as long, bytes take half of it.
  HostRule& latency(Duration round_trip) {
    link_.latency = round_trip;
    return *this;
  }
  /// A random extra of up to so much on every answer.
  HostRule& jitter(Duration longest) {
    link_.jitter = longest;
    return *this;
  }
  /// The probability that a packet is lost, each way. A lost SYN (or its answer) is repeated as Linux does, a lost
  /// segment after 200 ms; a lost datagram is gone.
  HostRule& loses(double probability) {
    link_.loss = probability;
    return *this;
  }
  HostRule& duplicates(double probability) {
    link_.duplicates = probability;
    return *this;
  }
  HostRule& reorders(double probability) {
    link_.reorders = probability;
    return *this;
  }
  /// Resets each connection once `bytes` went through it, both ways together; they still arrive.
  HostRule& resets_after(std::uint64_t bytes) {
    link_.resets_after = bytes;
    return *this;
  }

  enum class Fate : std::uint8_t { answers, silent, refuses, unreachable, no_route };
  Fate fate() const { return fate_; }
  bool open_at(std::uint16_t port) const {
    return every_port_ || std::find(ports_.begin(), ports_.end(), port) != ports_.end();
  }
  const SimLink& link() const { return link_; }

 private:
  HostRule& fate_is(Fate fate) {
    fate_ = fate;
    return *this;
  }

  SimLink link_;
  std::vector<std::uint16_t> ports_;
  Fate fate_ = Fate::answers;
  bool every_port_ = false;
};

}  // namespace atonce
