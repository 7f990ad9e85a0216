#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/ask_log.h"
#include "atonce/world/dns_answer.h"
#include "atonce/world/serve_loop.h"

namespace atonce {

class DatagramBatch;
class DelayedReplies;

/// The resolver of the world: answer_dns over UDP, in batches of recvmmsg(2) and sendmmsg(2), and over TCP (RFC 7766,
/// questions may be pipelined).
class DnsResponder : public Service {
 public:
  /// Binds 127.0.0.53:53 in a private network, else a free port of 127.0.0.1, the same for UDP and TCP.
  static Parsed<DnsResponder> open(const WorldSpec& spec);
  DnsResponder(DnsResponder&&) noexcept;
  ~DnsResponder() override;

  Endpoint endpoint() const { return endpoint_; }
  std::vector<int> descriptors() const;
  void watch(ServeLoop& loop);

  void ready(int fd, std::uint32_t events) override;
  Instant run_due(Instant now) override;

 private:
  struct Connection {
    OwnedDescriptor socket;
    std::vector<std::uint8_t> input;
    std::vector<std::uint8_t> output;
  };

  explicit DnsResponder(const WorldSpec& spec);
  bool bind_all(std::uint32_t address, std::uint16_t port);
  void serve_datagrams(int socket);
  bool serve_batch(int socket);
  void accept_connections();
  bool serve_connection(Connection& connection);
  void answer_messages(Connection& connection);
  bool flush(Connection& connection);

  WorldSpec spec_;
  AskLog log_;
  Endpoint endpoint_;
  std::vector<OwnedDescriptor> udp_;  ///< the first one answers for all
  OwnedDescriptor tcp_;
  ServeLoop* loop_ = nullptr;
  std::unique_ptr<DelayedReplies> delayed_;
  std::unique_ptr<DatagramBatch> questions_;
  std::unique_ptr<DatagramBatch> answers_;
  std::unordered_map<int, Connection> connections_;
};

}  // namespace atonce
