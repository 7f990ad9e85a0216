#include "atonce/world/serve_loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace atonce {

namespace {

/// For epoll_wait(2): rounded up, -1 for ever.
int milliseconds_until(Instant due) {
  if (due == never) return -1;
  const Duration left = due - std::chrono::steady_clock::now();
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

}  // namespace

ServeLoop::ServeLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

std::uint64_t ServeLoop::tag_of(int fd, Service& service) {
  auto place = std::ranges::find(services_, &service);
  if (place == services_.end()) place = services_.insert(services_.end(), &service);
  return static_cast<std::uint64_t>(place - services_.begin()) << 32 | static_cast<std::uint32_t>(fd);
}

void ServeLoop::watch(int fd, std::uint32_t events, Service& service) {
  epoll_event event{.events = events, .data = {.u64 = tag_of(fd, service)}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void ServeLoop::rewatch(int fd, std::uint32_t events, Service& service) {
  epoll_event event{.events = events, .data = {.u64 = tag_of(fd, service)}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void ServeLoop::run() {
  std::array<epoll_event, 128> events;
  Instant due = never;
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds_until(due));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      services_[event.data.u64 >> 32]->ready(static_cast<int>(event.data.u64 & 0xffffffff), event.events);
    }
    due = never;
    const Instant now = std::chrono::steady_clock::now();
    for (Service* service : services_) due = std::min(due, service->run_due(now));
  }
}

}  // namespace atonce
