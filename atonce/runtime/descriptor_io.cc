#include "atonce/runtime/descriptor_io.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "atonce/runtime/socket_address.h"

namespace atonce {
namespace {

Instant monotonic_now() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

/// Repeats a call that a signal interrupted; gives its value or a negative errno.
template <class Call>
std::int32_t call(Call make) {
  while (true) {
    const auto value = make();
    if (value >= 0) return static_cast<std::int32_t>(value);
    if (errno != EINTR) return -errno;
  }
}

/// A fresh socket after `prepare(descriptor)`, which gives 0 or a negative errno.
template <class Prepare>
Result<Handle> open_socket(const Endpoint& endpoint, int type, Prepare prepare) {
  const int descriptor = ::socket(socket_family(endpoint), type, 0);
  if (descriptor < 0) return std::unexpected(Error{errno});
  const std::int32_t prepared = prepare(descriptor);
  if (prepared < 0) {
    ::close(descriptor);
    return std::unexpected(Error{-prepared});
  }
  return Handle{descriptor};
}

std::int32_t bind_to(int descriptor, const Endpoint& at) {
  SocketAddress address;
  const socklen_t length = write_socket_address(at, address);
  return call([&] { return ::bind(descriptor, &address.any, length); });
}

std::int32_t receive_from(ReceiveFromOperation& operation) {
  SocketAddress address{};
  socklen_t length = sizeof address;
  const std::int32_t received = call([&] {
    return ::recvfrom(operation.socket.value, operation.into.data(), operation.into.size(), 0, &address.any, &length);
  });
  if (received >= 0) operation.peer = read_socket_address(address);
  return received;
}

std::int32_t send_to(const SendToOperation& operation) {
  SocketAddress address;
  const socklen_t length = write_socket_address(operation.peer, address);
  return call([&] {
    return ::sendto(operation.socket.value, operation.from.data(), operation.from.size(), MSG_NOSIGNAL, &address.any,
                    length);
  });
}

// A connect that failed sooner was answered before its SYN was repeated: RFC 6298 (2.1).
constexpr std::uint32_t first_repetition_ms = 900;

std::uint32_t coarse_ms() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return static_cast<std::uint32_t>(time.tv_sec * 1'000 + time.tv_nsec / 1'000'000);
}

std::uint16_t syns_sent(int descriptor) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return 0;
  return static_cast<std::uint16_t>(1 + info.tcpi_total_retrans);
}

}  // namespace

DescriptorIo::DescriptorIo(int socket_flags)
    : Io(monotonic_now()), socket_flags_(socket_flags | SOCK_CLOEXEC), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor for an engine's wake-up");
}

DescriptorIo::~DescriptorIo() {
  for (const std::vector<int>& spares : spares_)
    for (const int spare : spares) ::close(spare);
  ::close(wake_);
}

Instant DescriptorIo::now() const { return monotonic_now(); }

std::uint64_t DescriptorIo::random() {
  if (entropy_left_ == 0) {
    // So few bytes are never cut short, nor interrupted, once the kernel's pool is filled: getrandom(2).
    if (call([this] { return ::getrandom(entropy_.data(), sizeof entropy_, 0); }) < 0) std::abort();
    entropy_left_ = entropy_.size();
  }
  return entropy_[--entropy_left_];
}

template <class Prepare>
Result<Handle> DescriptorIo::open(const Endpoint& endpoint, int type, Prepare prepare) {
  const Result<Handle> opened = open_socket(endpoint, type, prepare);
  if (opened || opened.error().code != EMFILE || !give_up_spares()) return opened;
  return open_socket(endpoint, type, prepare);
}

bool DescriptorIo::give_up_spares() {
  const bool had_any = spare_sockets() > 0;
  for (std::vector<int>& spares : spares_)
    for (; !spares.empty(); spares.pop_back()) close(Handle{spares.back()});
  return had_any;
}

Result<Handle> DescriptorIo::listen(const Endpoint& at, int backlog) {
  return open(at, SOCK_STREAM | socket_flags_, [&](int descriptor) {
    const int yes = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const std::int32_t bound = bind_to(descriptor, at);
    return bound < 0 ? bound : call([&] { return ::listen(descriptor, backlog); });
  });
}

Result<Handle> DescriptorIo::open_datagram(const Endpoint& peer) {
  return open(peer, SOCK_DGRAM | socket_flags_, [&](int descriptor) {
    SocketAddress address;
    const socklen_t length = write_socket_address(peer, address);
    return call([&] { return ::connect(descriptor, &address.any, length); });
  });
}

Result<Handle> DescriptorIo::bind_datagram(const Endpoint& at) {
  return open(at, SOCK_DGRAM | socket_flags_, [&](int descriptor) { return bind_to(descriptor, at); });
}

Result<Endpoint> DescriptorIo::local_endpoint(Handle handle) {
  SocketAddress address{};
  socklen_t length = sizeof address;
  if (::getsockname(handle.value, &address.any, &length) < 0) return std::unexpected(Error{errno});
  return read_socket_address(address);
}

Result<Endpoint> DescriptorIo::remote_endpoint(Handle handle) {
  SocketAddress address{};
  socklen_t length = sizeof address;
  if (::getpeername(handle.value, &address.any, &length) < 0) return std::unexpected(Error{errno});
  return read_socket_address(address);
}

Result<Handle> DescriptorIo::adopt_listener(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  const int wanted = (socket_flags_ & SOCK_NONBLOCK) != 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, wanted) < 0) return std::unexpected(Error{errno});
  return Handle{descriptor};
}

void DescriptorIo::finish_sending(Handle handle) { ::shutdown(handle.value, SHUT_WR); }

void DescriptorIo::send_at_once(Handle handle) {
  const int yes = 1;
  ::setsockopt(handle.value, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void DescriptorIo::close(Handle handle) { ::close(handle.value); }

void DescriptorIo::wake() {
  const int errno_before = errno;
  const std::uint64_t one = 1;
  // Only a counter at its maximum can refuse, and then the wake-up stands already.
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
  errno = errno_before;
}

int DescriptorIo::socket_of(const Operation& operation) {
  switch (operation.kind) {
    case OperationKind::accept: return static_cast<const AcceptOperation&>(operation).listener.value;
    case OperationKind::receive: return static_cast<const ReceiveOperation&>(operation).socket.value;
    case OperationKind::send: return static_cast<const SendOperation&>(operation).socket.value;
    case OperationKind::receive_from: return static_cast<const ReceiveFromOperation&>(operation).socket.value;
    case OperationKind::send_to: return static_cast<const SendToOperation&>(operation).socket.value;
    case OperationKind::connect:
    case OperationKind::wait_child:
    case OperationKind::offload: break;
  }
  std::abort();
}

std::int32_t DescriptorIo::transfer(Operation& operation) {
  switch (operation.kind) {
    case OperationKind::accept: {
      const int listener = static_cast<const AcceptOperation&>(operation).listener.value;
      const auto accept = [&] { return call([&] { return ::accept4(listener, nullptr, nullptr, socket_flags_); }); };
      const std::int32_t accepted = accept();
      return accepted == -EMFILE && give_up_spares() ? accept() : accepted;
    }
    case OperationKind::receive: {
      const auto& receive = static_cast<const ReceiveOperation&>(operation);
      return call([&] { return ::recv(receive.socket.value, receive.into.data(), receive.into.size(), 0); });
    }
    case OperationKind::send: {
      const auto& send = static_cast<const SendOperation&>(operation);
      return call([&] { return ::send(send.socket.value, send.from.data(), send.from.size(), MSG_NOSIGNAL); });
    }
    case OperationKind::receive_from: return receive_from(static_cast<ReceiveFromOperation&>(operation));
    case OperationKind::send_to: return send_to(static_cast<const SendToOperation&>(operation));
    case OperationKind::connect:
    case OperationKind::wait_child:
    case OperationKind::offload: break;
  }
  std::abort();
}

void DescriptorIo::drain_wakes() {
  std::uint64_t count = 0;
  while (::read(wake_, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

std::int32_t DescriptorIo::attempt(Operation& operation) {
  const std::int32_t result = transfer(operation);
  if (result != -EAGAIN) return result;
  const bool waits =
      operation.kind != OperationKind::receive || static_cast<const ReceiveOperation&>(operation).waits();
  return waits ? must_wait : result;
}

int DescriptorIo::take_socket(const Endpoint& to) {
  std::vector<int>& spares = spares_of(to.address.family);
  if (spares.empty()) {
    const auto make = [&] { return ::socket(socket_family(to), SOCK_STREAM | socket_flags_, 0); };
    const int made = make();
    return made < 0 && errno == EMFILE && give_up_spares() ? make() : made;
  }
  const int spare = spares.back();
  spares.pop_back();
  return spare;
}

/// After a refusal, and after a connect to nowhere, Linux has dissolved the association and released the port
/// (tcp_disconnect): the socket is as new.
void DescriptorIo::retire(int descriptor, Family family, bool as_new) {
  std::vector<int>& spares = spares_of(family);
  if (as_new && spares.size() < spares_max) {
    spares.push_back(descriptor);
  } else {
    close(Handle{descriptor});
  }
}

void DescriptorIo::reset(Handle handle, Family family) {
  const sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  retire(handle.value, family, ::connect(handle.value, &nowhere, sizeof nowhere) == 0);
}

void DescriptorIo::break_off(Handle handle) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(handle.value, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(handle);
}

std::int32_t DescriptorIo::begin_connect(ConnectOperation& operation, int& descriptor) {
  descriptor = take_socket(operation.to);
  if (descriptor < 0) return -errno;
  SocketAddress address;
  const socklen_t length = write_socket_address(operation.to, address);
  int code = ::connect(descriptor, &address.any, length) == 0 ? 0 : errno;
  if (code == EINPROGRESS || code == EINTR) {
    operation.started = true;
    // On loopback the answer is there before connect returns; asking again is cheaper than waiting for the news.
    const bool here = operation.to.address.is_loopback();
    code = !here ? EALREADY : ::connect(descriptor, &address.any, length) == 0 ? 0 : errno;
    if (code == EALREADY || code == EINTR) {
      operation.begun_ms = coarse_ms();
      return must_wait;
    }
  }
  if (code == 0) return descriptor;
  operation.started |= code == ECONNREFUSED;
  retire(descriptor, operation.to.address.family, code == ECONNREFUSED);
  return -code;
}

std::int32_t DescriptorIo::end_connect(ConnectOperation& operation, int descriptor, bool failed) {
  if (!failed) return descriptor;
  // To be asked first: with the attempt ends the count. A refusal comes sooner, and is not made to wait for this.
  const std::uint16_t syns = coarse_ms() - operation.begun_ms < first_repetition_ms ? 0 : syns_sent(descriptor);
  // Asking by a second connect, and not for SO_ERROR, ends the attempt in the kernel too: else the next connect of a
  // kept socket would be told ECONNABORTED, once, and nothing would go out.
  SocketAddress address;
  const socklen_t length = write_socket_address(operation.to, address);
  const int code = ::connect(descriptor, &address.any, length) == 0 ? EISCONN : errno;
  if (code == EISCONN) return descriptor;
  if (code == ETIMEDOUT) operation.syns = syns;
  retire(descriptor, operation.to.address.family, code == ECONNREFUSED);
  return -code;
}

void DescriptorIo::give_up_connect(ConnectOperation& operation, int descriptor) {
  operation.syns = syns_sent(descriptor);
  close(Handle{descriptor});
}

bool DescriptorIo::refused_here(const Endpoint& to, int code) {
  switch (code) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case ECANCELED:
    // What icmp(7) and icmpv6 errors become.
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EMSGSIZE:
    case EPROTO: return false;
    case ENETUNREACH:
    case EHOSTUNREACH: break;
    default: return true;
  }
  // Connecting a datagram socket sends nothing, but needs a route.
  const Result<Handle> probe = open_socket(to, SOCK_DGRAM | SOCK_CLOEXEC, [&](int descriptor) {
    SocketAddress address;
    const socklen_t length = write_socket_address(to, address);
    return call([&] { return ::connect(descriptor, &address.any, length); });
  });
  if (probe) ::close(probe->value);
  return !probe && probe.error().code == code;
}

std::int32_t DescriptorIo::begin_wait_child(pid_t child, int& descriptor) {
  const std::int32_t reaped = reap_child(child);
  if (reaped != must_wait) return reaped;
  descriptor = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  return descriptor < 0 ? -errno : must_wait;
}

std::int32_t DescriptorIo::reap_child(pid_t child) {
  // 0 and below would mean any child of a group.
  if (child <= 0) return -ECHILD;
  int status = 0;
  const std::int32_t reaped = call([&] { return ::waitpid(child, &status, WNOHANG); });
  if (reaped == 0) return must_wait;
  return reaped < 0 ? reaped : status;
}

}  // namespace atonce
