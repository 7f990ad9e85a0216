#include "atonce/world/dns_responder.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/world/datagram_batch.h"
#include "atonce/world/delayed_replies.h"
#include "atonce/world/fate.h"

namespace atonce {
namespace {

constexpr int buffer_bytes = 32 << 20;          // A burst of 40,000 questions, at what the kernel charges for each.
constexpr std::size_t small_sockets = 16;       // Without privilege a buffer holds some hundred questions: share them.
constexpr int batches_per_turn = 16;            // Then the listeners on the same thread have a turn.
constexpr std::size_t connections_max = 4'096;  // Above it the oldest habit of TCP servers: not accepted for now.
constexpr std::size_t output_max = 1 << 20;     // A client that asks and never reads is closed.

/// True when the buffers may be as large as they should; else they are as large as may be.
bool enlarge_buffers(int socket) {
  const int bytes = buffer_bytes;
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return true;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return false;
}

OwnedDescriptor bind_socket(int type, sockaddr_in place) {
  OwnedDescriptor socket(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!socket) return {};
  ::setsockopt(socket.get(), SOL_SOCKET, type == SOCK_STREAM ? SO_REUSEADDR : SO_REUSEPORT, &yes, sizeof yes);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) return {};
  if (type == SOCK_STREAM && ::listen(socket.get(), 4'096) != 0) return {};
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in place{};
  socklen_t size = sizeof place;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&place), &size);
  return ntohs(place.sin_port);
}

}  // namespace

DnsResponder::DnsResponder(const WorldSpec& spec)
    : spec_(spec),
      delayed_(std::make_unique<DelayedReplies>()),
      questions_(std::make_unique<DatagramBatch>()),
      answers_(std::make_unique<DatagramBatch>()) {}
DnsResponder::DnsResponder(DnsResponder&&) noexcept = default;
DnsResponder::~DnsResponder() = default;

Parsed<DnsResponder> DnsResponder::open(const WorldSpec& spec) {
  DnsResponder responder(spec);
  Parsed<AskLog> log = AskLog::open(spec.log);
  if (!log) return std::unexpected(log.error());
  responder.log_ = std::move(*log);
  const std::uint32_t address = spec.private_network ? resolver_address : 0x7f000001;
  bool bound = false;
  for (int attempt = 0; attempt < 16 && !bound; ++attempt)
    bound = responder.bind_all(address, spec.private_network ? 53 : 0);
  if (!bound)
    return complain(fmt::format("the world's resolver cannot listen on {}: {}", write_address(IpAddress::v4(address)),
                                std::strerror(errno)));
  return responder;
}

/// False when a socket cannot be had; a UDP port that was free may be taken for TCP, so another attempt can succeed.
bool DnsResponder::bind_all(std::uint32_t address, std::uint16_t port) {
  sockaddr_in place{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(address)}};
  udp_.clear();
  for (std::size_t wanted = 1; udp_.size() < wanted;) {
    udp_.push_back(bind_socket(SOCK_DGRAM, place));
    if (!udp_.back()) return false;
    place.sin_port = htons(port_of(udp_.front().get()));
    if (!enlarge_buffers(udp_.back().get())) wanted = small_sockets;
  }
  tcp_ = bind_socket(SOCK_STREAM, place);
  endpoint_ = {IpAddress::v4(address), ntohs(place.sin_port)};
  return static_cast<bool>(tcp_);
}

std::vector<int> DnsResponder::descriptors() const {
  std::vector<int> numbers{tcp_.get()};
  for (const OwnedDescriptor& socket : udp_) numbers.push_back(socket.get());
  if (log_.wanted()) numbers.push_back(log_.descriptor());
  return numbers;
}

void DnsResponder::watch(ServeLoop& loop) {
  loop_ = &loop;
  for (const OwnedDescriptor& socket : udp_) loop.watch(socket.get(), EPOLLIN, *this);
  loop.watch(tcp_.get(), EPOLLIN, *this);
}

void DnsResponder::ready(int fd, std::uint32_t) {
  if (fd == tcp_.get()) return accept_connections();
  const auto place = connections_.find(fd);
  if (place == connections_.end()) return serve_datagrams(fd);
  if (!serve_connection(place->second)) connections_.erase(place);
}

Instant DnsResponder::run_due(Instant now) { return delayed_->send_due(now, *answers_, udp_.front().get()); }

void DnsResponder::serve_datagrams(int socket) {
  for (int i = 0; i < batches_per_turn && serve_batch(socket); ++i) continue;
}

bool DnsResponder::serve_batch(int socket) {
  DatagramBatch& questions = *questions_;
  DatagramBatch& answers = *answers_;
  const std::size_t count = questions.receive(socket);
  const Instant now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) log_.add_question(questions.bytes(i));
  log_.flush();
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = answers.next(questions.peer(i), socket);
    const DnsReply reply = answer_dns(spec_, questions.bytes(i), DnsTransport::udp, place);
    if (reply.size == 0) continue;
    if (reply.delay > Duration{} && delayed_->add(questions.peer(i), place.first(reply.size), now + reply.delay))
      continue;
    answers.commit(reply.size);
  }
  answers.send(socket);
  return count == DatagramBatch::capacity;
}

void DnsResponder::accept_connections() {
  for (;;) {
    OwnedDescriptor socket(::accept4(tcp_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    if (connections_.size() >= connections_max) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const int fd = socket.get();
    loop_->watch(fd, EPOLLIN, *this);
    connections_.insert_or_assign(fd, Connection{.socket = std::move(socket), .input = {}, .output = {}});
  }
}

/// False when the connection has ended.
bool DnsResponder::serve_connection(Connection& connection) {
  if (!flush(connection)) return false;
  std::uint8_t chunk[4'096];
  const ssize_t size = ::recv(connection.socket.get(), chunk, sizeof chunk, 0);
  if (size == 0) return false;
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  connection.input.insert(connection.input.end(), chunk, chunk + size);
  answer_messages(connection);
  log_.flush();
  return flush(connection);
}

void DnsResponder::answer_messages(Connection& connection) {
  std::vector<std::uint8_t>& input = connection.input;
  std::size_t at = 0;
  while (input.size() - at >= 2) {
    const std::size_t size = static_cast<std::size_t>(input[at] << 8 | input[at + 1]);
    if (input.size() - at - 2 < size) break;
    log_.add_question(std::span(input).subspan(at + 2, size));
    std::array<std::uint8_t, dns_reply_max> place;
    const DnsReply reply = answer_dns(spec_, std::span(input).subspan(at + 2, size), DnsTransport::tcp, place);
    at += 2 + size;
    if (reply.size == 0) continue;
    connection.output.push_back(static_cast<std::uint8_t>(reply.size >> 8));
    connection.output.push_back(static_cast<std::uint8_t>(reply.size));
    connection.output.insert(connection.output.end(), place.begin(),
                             place.begin() + static_cast<std::ptrdiff_t>(reply.size));
  }
  input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(at));
}

bool DnsResponder::flush(Connection& connection) {
  std::vector<std::uint8_t>& output = connection.output;
  if (output.empty()) return true;
  const ssize_t sent = ::send(connection.socket.get(), output.data(), output.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  output.erase(output.begin(), output.begin() + std::max<ssize_t>(sent, 0));
  loop_->rewatch(connection.socket.get(), output.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, *this);
  return output.size() <= output_max;
}

}  // namespace atonce
