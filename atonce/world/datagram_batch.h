#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "atonce/world/dns_answer.h"

namespace atonce {

/// A reply that waits is stored only up to this size; longer ones (names near 255 bytes) go out at once.
inline constexpr std::size_t dns_stored_max = 320;

/// Datagrams received with one system call, or collected and sent with one: recvmmsg(2), sendmmsg(2). IPv4 only.
class DatagramBatch {
 public:
  static constexpr std::size_t capacity = 64;

  DatagramBatch();
  DatagramBatch(const DatagramBatch&) = delete;
  DatagramBatch& operator=(const DatagramBatch&) = delete;

  /// Receives what is there, without waiting; returns how many.
  std::size_t receive(int socket);
  const sockaddr_in& peer(std::size_t i) const { return peers_[i]; }
  std::span<const std::uint8_t> bytes(std::size_t i) const { return {buffers_[i].data(), headers_[i].msg_len}; }

  /// Room for one more datagram to `peer`; a full batch is sent first. It counts once committed.
  std::span<std::uint8_t, dns_reply_max> next(const sockaddr_in& peer, int socket);
  void commit(std::size_t size) { vectors_[count_++].iov_len = size; }
  /// Sends what was committed. What the kernel has no room for is lost, as datagrams may be.
  void send(int socket);

 private:
  std::array<std::array<std::uint8_t, dns_reply_max>, capacity> buffers_;
  std::array<sockaddr_in, capacity> peers_{};
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> headers_{};
  std::size_t count_ = 0;
};

}  // namespace atonce
