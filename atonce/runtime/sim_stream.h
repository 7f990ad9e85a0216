#pragma once

#include <array>
#include <deque>
#include <unordered_map>
#include <vector>

#include "atonce/runtime/sim_core.h"

namespace atonce {

class SimConnection;

/// One end of a simulated connection: bytes in order, a bounded window, FIN, RST.
class SimStream final : public SimSocket {
 public:
  SimStream(SimConnection& connection, const Endpoint& local) : connection_(connection), local_(local) {}

  std::int32_t receive(ReceiveOperation& operation) override;
  std::int32_t send(SendOperation& operation) override;
  void forget(Operation& operation) override;
  Endpoint local() const override { return local_; }
  std::optional<Endpoint> remote() const override;
  void finish_sending() override;
  void break_off() override;
  bool in_use() const override { return !receivers_.empty() || !senders_.empty(); }
  void close() override;

 private:
  friend class SimConnection;

  std::size_t available() const { return received_.size() - read_; }
  std::int32_t read(ReceiveOperation& operation);
  std::int32_t write(SendOperation& operation);
  void serve_lines();
  void arrive(std::vector<std::byte>& bytes);
  void arrive_fin();
  void arrive_reset();

  SimConnection& connection_;
  Endpoint local_;
  std::vector<std::byte> received_;
  std::size_t read_ = 0;
  std::size_t unread_sent_ = 0;  ///< sent by this end and not yet read at the other
  SimLine receivers_;
  SimLine senders_;
  Instant last_arrival_{};
  std::int32_t error_ = 0;  ///< told once, as a socket's pending error is
  bool owned_ = true;       ///< somebody has it, or will: a handle, a listener's queue
  bool sending_finished_ = false;
  bool ended_ = false;  ///< FIN or RST arrived
  bool reset_ = false;
};

/// A connection and both of its ends. Deletes itself when nobody holds an end and nothing is on the way.
class SimConnection final : public SimThing {
 public:
  /// `swallows`: nobody is at the server's end; what is sent to it vanishes.
  SimConnection(SimCore& core, const SimLink& link, const Endpoint& client, const Endpoint& server, bool swallows);

  SimStream& client() { return ends_[0]; }
  SimStream& server() { return ends_[1]; }
  /// Resets the connection from an end that nobody has taken.
  void abandon(SimStream& end);

  /// Calls back when the connection is gone, to give its port back.
  std::function<void()> ended;

 private:
  friend class SimStream;

  // What a sender may have on the way and unread: the order of Linux's default buffers (tcp_wmem, tcp_rmem in tcp(7)).
  static constexpr std::size_t window_bytes = 64 * 1'024;
  // Linux's smallest time before a segment is sent again (TCP_RTO_MIN).
  static constexpr Duration retransmission = std::chrono::milliseconds(200);

  enum Segment : std::uint32_t { data, fin, reset };

  /// The end that is not ours, where one is not.
  const IpAddress& host() const {
    const IpAddress& server = ends_[1].local_.address;
    return core_.is_ours(server) ? ends_[0].local_.address : server;
  }
  SimStream& other(const SimStream& end) { return &end == &ends_[0] ? ends_[1] : ends_[0]; }
  void carry(SimStream& from, std::span<const std::byte> bytes);
  void transmit(SimStream& from, Segment segment, std::span<const std::byte> bytes = {});
  static void arrive(SimEvent& event);
  void let_go(SimStream& end);
  void end_if_unused();

  SimLink link_;
  std::array<SimStream, 2> ends_;
  std::uint64_t carried_ = 0;
  std::uint32_t on_the_way_ = 0;
  bool swallows_;
};

/// A simulated listening socket.
class SimListener final : public SimSocket, SimThing {
 public:
  SimListener(SimCore& core, const Endpoint& local, int backlog, std::function<void()> closed);

  std::int32_t accept(AcceptOperation& operation) override;
  void forget(Operation& operation) override { acceptors_.forget(operation); }
  Endpoint local() const override { return local_; }
  bool in_use() const override { return !acceptors_.empty(); }
  void close() override;

  /// Room in the accept queue; a SYN that finds none is lost.
  bool has_room() const { return queue_.size() + expected_ < backlog_; }
  /// A connection is established and will arrive.
  void expect() { ++expected_; }
  void arrive(SimConnection& connection);

 private:
  std::int32_t take_next();

  Endpoint local_;
  std::size_t backlog_;
  std::size_t expected_ = 0;
  std::deque<SimConnection*> queue_;
  SimLine acceptors_;
  std::function<void()> closed_;
};

}  // namespace atonce
