#include "atonce/runtime/epoll_io.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace atonce {
namespace {

constexpr int batch_max = 1'024;

constexpr std::uint32_t every_edge = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t readable = EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP;
constexpr std::uint32_t writable = EPOLLOUT | EPOLLERR | EPOLLHUP;

bool is_writer(OperationKind kind) {
  return kind == OperationKind::connect || kind == OperationKind::send || kind == OperationKind::send_to;
}

int noted_descriptor(const Operation& operation) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(operation.engine));
}

std::uint64_t key_of(int descriptor, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(descriptor);
}

int wait_with_milliseconds(int epoll, epoll_event* events, Duration left) {
  using std::chrono::milliseconds;
  constexpr milliseconds longest{1'000'000'000};
  const auto rounded_up = std::min(std::chrono::ceil<milliseconds>(left), longest);
  return ::epoll_wait(epoll, events, batch_max, static_cast<int>(rounded_up.count()));
}

int wait_with_nanoseconds(int epoll, epoll_event* events, Duration left) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
  const int count = ::epoll_pwait2(epoll, events, batch_max, &timeout, nullptr);
  // Before Linux 5.11 there were only milliseconds: epoll_wait(2).
  if (count < 0 && (errno == ENOSYS || errno == EPERM)) return wait_with_milliseconds(epoll, events, left);
  return count;
}

}  // namespace

EpollIo::EpollIo(std::uint32_t threads_max)
    : DescriptorIo(SOCK_NONBLOCK), epoll_(::epoll_create1(EPOLL_CLOEXEC)), pool_(*this, threads_max) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor for epoll");
  // Edge-triggered, each write is news of its own, so the counter need never be read.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = key_of(wake_descriptor(), 0)}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_descriptor(), &event) < 0) {
    const int code = errno;
    ::close(epoll_);
    throw std::system_error(code, std::generic_category(), "epoll does not take the wake-up");
  }
}

EpollIo::~EpollIo() { ::close(epoll_); }

bool EpollIo::start(Operation& operation) {
  int descriptor = -1;
  operation.result = begin(operation, descriptor);
  if (operation.result != must_wait) return true;
  operation.in_flight = true;
  if (operation.kind == OperationKind::offload) return false;
  operation.result = watch(operation, descriptor);
  if (operation.result == 0) return false;
  operation.in_flight = false;
  return true;
}

std::int32_t EpollIo::begin(Operation& operation, int& descriptor) {
  switch (operation.kind) {
    case OperationKind::connect: return begin_connect(static_cast<ConnectOperation&>(operation), descriptor);
    case OperationKind::wait_child:
      return begin_wait_child(static_cast<WaitChildOperation&>(operation).child, descriptor);
    case OperationKind::offload: {
      auto& offload = static_cast<OffloadOperation&>(operation);
      return pool_.start(offload) ? must_wait : offload.work(offload.argument);
    }
    default: descriptor = socket_of(operation); return attempt_noting(operation, descriptor);
  }
}

EpollIo::Watched& EpollIo::watched_of(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= watched_.size()) watched_.resize(std::max(index + 1, 2 * watched_.size()));
  return watched_[index];
}

Result<Handle> EpollIo::note_datagrams(Result<Handle> opened) {
  if (opened) watched_of(opened->value).datagrams = true;
  return opened;
}

Result<Handle> EpollIo::open_datagram(const Endpoint& peer) {
  return note_datagrams(DescriptorIo::open_datagram(peer));
}

Result<Handle> EpollIo::bind_datagram(const Endpoint& at) { return note_datagrams(DescriptorIo::bind_datagram(at)); }

/// A stream that gave less than it was asked for has no more, until an edge tells otherwise: the receive of an answer
/// that cannot be there yet costs no call. Source: epoll(7), on the edge-triggered interface.
std::int32_t EpollIo::attempt_noting(Operation& operation, int descriptor) {
  if (operation.kind != OperationKind::receive) return attempt(operation);
  const auto& receive = static_cast<const ReceiveOperation&>(operation);
  Watched& watched = watched_of(descriptor);
  if (watched.drained && receive.waits()) return must_wait;
  const std::int32_t result = attempt(operation);
  const bool emptied = result == must_wait || result == -EAGAIN ||
                       (result > 0 && static_cast<std::size_t>(result) < receive.into.size());
  watched.drained = emptied && watched.registered && !watched.datagrams && !watched.hung_up;
  return result;
}

std::int32_t EpollIo::watch(Operation& operation, int descriptor) {
  operation.engine = reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor));
  Watched& watched = watched_of(descriptor);
  if (!watched.registered) {
    epoll_event event{.events = every_edge, .data = {.u64 = key_of(descriptor, watched.generation)}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) < 0) {
      // ENOSPC or ENOMEM: a shortage here, not an answer from outside.
      const int code = errno;
      if (owns_descriptor(operation.kind)) ::close(descriptor);
      if (operation.kind == OperationKind::connect) static_cast<ConnectOperation&>(operation).started = false;
      return -code;
    }
    watched.registered = true;
  }
  Operation*& slot = is_writer(operation.kind) ? watched.writer : watched.reader;
  // Two operations of one direction on one socket: their order would be luck.
  if (slot != nullptr) std::abort();
  slot = &operation;
  ++waiting_;
  return 0;
}

void EpollIo::forget(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= watched_.size()) return;
  Watched& watched = watched_[index];
  if (watched.reader != nullptr || watched.writer != nullptr) std::abort();
  watched.generation += watched.registered;
  watched.registered = watched.datagrams = watched.hung_up = watched.drained = false;
}

void EpollIo::close(Handle handle) {
  forget(handle.value);
  ::close(handle.value);
}

void EpollIo::end(Operation*& slot, std::int32_t result) {
  Operation& operation = *std::exchange(slot, nullptr);
  --waiting_;
  complete(operation, result);
}

void EpollIo::cancel(Operation& operation) {
  if (!operation.in_flight) return;
  if (operation.kind == OperationKind::offload) {
    if (pool_.withdraw(static_cast<OffloadOperation&>(operation))) complete(operation, -ECANCELED);
    return;
  }
  const int descriptor = noted_descriptor(operation);
  Watched& watched = watched_[static_cast<std::size_t>(descriptor)];
  Operation*& slot = is_writer(operation.kind) ? watched.writer : watched.reader;
  slot = nullptr;
  --waiting_;
  if (operation.kind == OperationKind::connect) {
    give_up_connect(static_cast<ConnectOperation&>(operation), descriptor);
  } else if (owns_descriptor(operation.kind)) {
    close(Handle{descriptor});
  }
  complete(operation, -ECANCELED);
}

void EpollIo::advance(Operation*& slot, int descriptor, bool failed) {
  Operation& operation = *slot;
  switch (operation.kind) {
    case OperationKind::connect: {
      // The slot is emptied first: a socket that is not kept is closed, and its state forgotten.
      Operation& connect = *std::exchange(slot, nullptr);
      --waiting_;
      complete(connect, end_connect(static_cast<ConnectOperation&>(connect), descriptor, failed));
      return;
    }
    case OperationKind::wait_child: {
      const std::int32_t result = reap_child(static_cast<WaitChildOperation&>(operation).child);
      if (result == must_wait) return;
      end(slot, result);
      close(Handle{descriptor});
      return;
    }
    default: {
      const std::int32_t result = attempt_noting(operation, descriptor);
      if (result != must_wait) end(slot, result);
    }
  }
}

void EpollIo::dispatch(std::uint64_t key, std::uint32_t events) {
  const int descriptor = static_cast<int>(key & 0xffff'ffff);
  if (descriptor == wake_descriptor()) return take_offloaded();
  Watched& watched = watched_[static_cast<std::size_t>(descriptor)];
  if (watched.generation != key >> 32) return;
  if ((events & readable) != 0) watched.drained = false;
  watched.hung_up |= (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
  if (watched.reader != nullptr && (events & readable) != 0) advance(watched.reader, descriptor, false);
  if (watched.writer != nullptr && (events & writable) != 0)
    advance(watched.writer, descriptor, (events & (EPOLLERR | EPOLLHUP)) != 0);
}

void EpollIo::take_offloaded() {
  if (pool_.outstanding() == 0) return;
  pool_.take_finished(finished_);
  for (const ThreadPool::Finished& done : finished_) complete(*done.operation, done.result);
  finished_.clear();
}

void EpollIo::wait(Instant until) {
  std::array<epoll_event, batch_max> events;
  int count = batch_max;
  while (count == batch_max) {
    if (until == Instant{} && waiting_ == 0 && pool_.outstanding() == 0) return;
    const Duration left = until == Instant{} ? Duration{} : std::max(until - now(), Duration{});
    count = left == Duration{} ? ::epoll_wait(epoll_, events.data(), batch_max, 0)
            : until == never   ? ::epoll_wait(epoll_, events.data(), batch_max, -1)
                               : wait_with_nanoseconds(epoll_, events.data(), left);
    for (int i = 0; i < count; ++i) dispatch(events[i].data.u64, events[i].events);
    until = Instant{};
  }
}

}  // namespace atonce
