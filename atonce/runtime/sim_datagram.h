#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "atonce/runtime/sim_core.h"

namespace atonce {

class SimDatagrams;

/// A simulated UDP socket.
class SimDatagramSocket final : public SimSocket, SimThing {
 public:
  SimDatagramSocket(SimDatagrams& all, const Endpoint& local, const std::optional<Endpoint>& peer);

  std::int32_t receive(ReceiveOperation& operation) override;
  std::int32_t send(SendOperation& operation) override;
  std::int32_t receive_from(ReceiveFromOperation& operation) override;
  std::int32_t send_to(SendToOperation& operation) override;
  void forget(Operation& operation) override { receivers_.forget(operation); }
  Endpoint local() const override { return local_; }
  bool in_use() const override { return !receivers_.empty(); }
  void close() override;

 private:
  friend class SimDatagrams;

  // What Linux holds for a socket by default (net.core.rmem_default in socket(7)) is about so many small datagrams.
  static constexpr std::size_t queued_max = 256;

  struct Packet {
    Endpoint from;
    std::vector<std::byte> bytes;
  };
  std::int32_t take(std::span<std::byte> into, Endpoint* peer);
  std::int32_t read(Operation& operation);
  void arrive(const Endpoint& from, std::vector<std::byte>& bytes);
  void fail(int error);
  void serve_line();

  SimDatagrams& all_;
  Endpoint local_;
  std::optional<Endpoint> peer_;
  std::deque<Packet> queue_;
  SimLine receivers_;
  std::int32_t error_ = 0;
};

/// The UDP of a simulated network: which socket is where, and what happens to a datagram on its way.
class SimDatagrams {
 public:
  explicit SimDatagrams(SimCore& core) : core_(core) {}

  /// Result: a handle's value, or a negative errno.
  std::int32_t open(const Endpoint& peer);
  std::int32_t bind(const Endpoint& at);

 private:
  friend class SimDatagramSocket;

  // UDP's 16-bit length, without its header and IPv4's: udp(7).
  static constexpr std::size_t bytes_max = 65'507;

  std::int32_t open_at(const Endpoint& local, const std::optional<Endpoint>& peer);
  Endpoint with_free_port(IpAddress address);
  SimDatagramSocket* find(const Endpoint& at);
  std::int32_t transmit(SimDatagramSocket& from, const Endpoint& to, std::span<const std::byte> bytes);
  void put_on_the_way(const Endpoint& from, const Endpoint& to, std::span<const std::byte> bytes);
  void refuse(const Endpoint& from, const Endpoint& to, int error, Duration after);
  static void arrive(SimEvent& event);
  static void arrive_refusal(SimEvent& event);

  SimCore& core_;
  std::unordered_map<Endpoint, SimDatagramSocket*, EndpointHash> bound_;
  std::uint16_t next_port_ = 32'768;
};

}  // namespace atonce
