#pragma once

#include <exception>
#include <optional>

#include "atonce/runtime/requests.h"

namespace atonce {

/// Runs `fn()`, which may block or compute, on the engine's thread pool and gives what it returns; rethrows what it
/// throws. Once it runs it cannot be stopped: a cancelled scope waits for it. ECANCELED when it never ran. A simulation
/// runs it inline.
template <class Fn>
Task<Result<std::invoke_result_t<Fn&>>> offload(Io& io, Fn fn) {
  using Value = std::invoke_result_t<Fn&>;
  struct Work {
    Fn fn;
    std::optional<Value> value;
    std::exception_ptr exception;
  } work{std::move(fn), std::nullopt, nullptr};
  auto run = [](void* argument) noexcept -> std::int32_t {
    auto& mine = *static_cast<Work*>(argument);
    try {
      mine.value.emplace(mine.fn());
    } catch (...) {
      mine.exception = std::current_exception();
    }
    return 0;
  };
  const Result<std::int32_t> ran =
      co_await Request<OffloadOperation, std::int32_t (*)(void*) noexcept, void*>{io, {run, &work}};
  if (!ran) co_return std::unexpected(ran.error());
  if (work.exception) std::rethrow_exception(work.exception);
  co_return std::move(*work.value);
}

}  // namespace atonce
