#include "atonce/world/datagram_batch.h"

#include <algorithm>

namespace atonce {

DatagramBatch::DatagramBatch() {
  for (std::size_t i = 0; i < capacity; ++i) {
    vectors_[i] = {.iov_base = buffers_[i].data(), .iov_len = dns_reply_max};
    headers_[i].msg_hdr = {
        .msg_name = &peers_[i], .msg_namelen = sizeof(sockaddr_in), .msg_iov = &vectors_[i], .msg_iovlen = 1};
  }
}

std::size_t DatagramBatch::receive(int socket) {
  for (std::size_t i = 0; i < capacity; ++i) {
    vectors_[i].iov_len = dns_reply_max;
    headers_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
  }
  return static_cast<std::size_t>(std::max(0, ::recvmmsg(socket, headers_.data(), capacity, MSG_DONTWAIT, nullptr)));
}

std::span<std::uint8_t, dns_reply_max> DatagramBatch::next(const sockaddr_in& peer, int socket) {
  if (count_ == capacity) send(socket);
  peers_[count_] = peer;
  return buffers_[count_];
}

void DatagramBatch::send(int socket) {
  std::size_t sent = 0;
  while (sent < count_) {
    const int done = ::sendmmsg(socket, headers_.data() + sent, static_cast<unsigned>(count_ - sent), MSG_DONTWAIT);
    sent += static_cast<std::size_t>(std::max(done, 1));  // One that cannot be sent is passed over.
  }
  count_ = 0;
}

}  // namespace atonce
