#pragma once

#include <cstdint>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// A part of the world that answers on descriptors and perhaps later.
class Service {
 public:
  virtual ~Service() = default;
  /// `fd` is ready for `events` of epoll(7).
  virtual void ready(int fd, std::uint32_t events) = 0;
  /// Does what is due; returns when it wants to be called again, `never` when nothing waits.
  virtual Instant run_due(Instant now) = 0;
};

/// The event loop of the world's process: epoll(7), level-triggered, one thread, until the process is ended.
class ServeLoop {
 public:
  ServeLoop();
  /// Calls `service` when `fd` is ready. The service stays where it is; closing the descriptor ends the watch.
  void watch(int fd, std::uint32_t events, Service& service);
  void rewatch(int fd, std::uint32_t events, Service& service);
  [[noreturn]] void run();

 private:
  std::uint64_t tag_of(int fd, Service& service);

  OwnedDescriptor epoll_;
  std::vector<Service*> services_;
};

}  // namespace atonce
