#pragma once

#include <memory>

#include "atonce/runtime/io.h"

namespace atonce {

/// Waits with epoll(7), many operations at once. Throws std::system_error when there are no descriptors for it.
std::unique_ptr<Io> make_epoll_io();

/// Waits inside each call for its own operation, with poll(2). Throws std::system_error when there is no descriptor for
/// it.
std::unique_ptr<Io> make_blocking_io();

}  // namespace atonce
