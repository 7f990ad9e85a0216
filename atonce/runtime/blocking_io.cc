#include "atonce/runtime/blocking_io.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace atonce {
namespace {

int ready_count(std::vector<pollfd>& polled, Instant until, Instant now) {
  if (until == never) return ::ppoll(polled.data(), polled.size(), nullptr, nullptr);
  const Duration left = std::max(until - now, Duration{});
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
  return ::ppoll(polled.data(), polled.size(), &timeout, nullptr);
}

}  // namespace

BlockingIo::BlockingIo()
    : DescriptorIo(SOCK_NONBLOCK), polled_{{.fd = wake_descriptor(), .events = POLLIN}}, pending_{nullptr} {}

std::int32_t BlockingIo::begin(Operation& operation, pollfd& awaited) {
  awaited.events = POLLIN;
  switch (operation.kind) {
    case OperationKind::connect:
      awaited.events = POLLOUT;
      return begin_connect(static_cast<ConnectOperation&>(operation), awaited.fd);
    case OperationKind::wait_child:
      return begin_wait_child(static_cast<WaitChildOperation&>(operation).child, awaited.fd);
    case OperationKind::offload: {
      const auto& offload = static_cast<const OffloadOperation&>(operation);
      return offload.work(offload.argument);
    }
    case OperationKind::send:
    case OperationKind::send_to: awaited.events = POLLOUT; break;
    case OperationKind::accept:
    case OperationKind::receive:
    case OperationKind::receive_from: break;
  }
  awaited.fd = socket_of(operation);
  return attempt(operation);
}

bool BlockingIo::start(Operation& operation) {
  pollfd awaited{};
  operation.result = begin(operation, awaited);
  if (operation.result != must_wait) return true;
  operation.in_flight = true;
  operation.engine = reinterpret_cast<void*>(pending_.size());
  polled_.push_back(awaited);
  pending_.push_back(&operation);
  return false;
}

void BlockingIo::drop(std::size_t index) {
  polled_[index] = polled_.back();
  pending_[index] = pending_.back();
  pending_[index]->engine = reinterpret_cast<void*>(index);
  polled_.pop_back();
  pending_.pop_back();
}

void BlockingIo::cancel(Operation& operation) {
  if (!operation.in_flight) return;
  const auto index = reinterpret_cast<std::uintptr_t>(operation.engine);
  if (operation.kind == OperationKind::connect) {
    give_up_connect(static_cast<ConnectOperation&>(operation), polled_[index].fd);
  } else if (owns_descriptor(operation.kind)) {
    ::close(polled_[index].fd);
  }
  drop(index);
  complete(operation, -ECANCELED);
}

void BlockingIo::advance(std::size_t index) {
  Operation& operation = *pending_[index];
  const pollfd ready = polled_[index];
  std::int32_t result = 0;
  if (operation.kind == OperationKind::connect) {
    result =
        end_connect(static_cast<ConnectOperation&>(operation), ready.fd, (ready.revents & (POLLERR | POLLHUP)) != 0);
  } else if (operation.kind == OperationKind::wait_child) {
    result = reap_child(static_cast<const WaitChildOperation&>(operation).child);
    if (result != must_wait) ::close(ready.fd);
  } else {
    result = attempt(operation);
  }
  if (result == must_wait) return;
  drop(index);
  complete(operation, result);
}

void BlockingIo::wait(Instant until) {
  if (until == Instant{} && pending_.size() == 1) return;
  if (ready_count(polled_, until, now()) <= 0) return;
  // From the back, so that dropping a row moves only one that was looked at already.
  for (std::size_t index = pending_.size() - 1; index > 0; --index)
    if (polled_[index].revents != 0) advance(index);
  if (polled_[0].revents != 0) drain_wakes();
}

}  // namespace atonce
