#pragma once

#include <cstdint>
#include <memory>

#include "atonce/model/result.h"
#include "atonce/runtime/fault_plan.h"
#include "atonce/runtime/io.h"

namespace atonce {

// An engine made with faults does what they say; with an empty plan it is the plain engine.

struct RingOptions {
  /// Sockets that a ring can hold beside the process's descriptors; fewer where the limit of descriptors is lower,
  /// which bounds each ring's table by itself.
  std::uint32_t slots = 16'384;
  std::uint32_t threads_max = 4;  ///< For what is offloaded.
};

/// Many operations a system call, with io_uring(7); for the thread that makes it. The complaint says why this machine
/// has none. Throws std::system_error when there is no descriptor for its wake-up.
Parsed<std::unique_ptr<Io>> make_ring_io(const RingOptions& options = {}, const FaultPlan& faults = {});

/// Waits with epoll(7), many operations at once. Throws std::system_error when there are no descriptors for it.
std::unique_ptr<Io> make_epoll_io();
std::unique_ptr<Io> make_epoll_io(const FaultPlan& faults);

/// Waits inside each call for its own operation, with poll(2). Throws std::system_error when there is no descriptor for
/// it.
std::unique_ptr<Io> make_blocking_io();
std::unique_ptr<Io> make_blocking_io(const FaultPlan& faults);

}  // namespace atonce
