#pragma once

#include <string_view>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sim_io.h"

namespace atonce {

/// "192.0.2.1", 443. For tests: the address is a literal, or the test fails with std::bad_optional_access.
inline Endpoint at(std::string_view address, std::uint16_t port) { return {parse_address(address).value(), port}; }

/// Wraps an operation as a task, so that a test can run it alone.
template <class Awaitable>
Task<detail::Awaited<Awaitable>> as_task(Awaitable work) {
  co_return co_await std::move(work);
}

}  // namespace atonce
