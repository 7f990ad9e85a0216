#pragma once

#include <cerrno>

#include "atonce/runtime/scope.h"

namespace atonce {

namespace detail {
template <class Awaitable>
auto awaited(Awaitable&& work) {
  if constexpr (requires { std::forward<Awaitable>(work).operator co_await(); }) {
    return std::type_identity<decltype(std::forward<Awaitable>(work).operator co_await().await_resume())>{};
  } else {
    return std::type_identity<decltype(work.await_resume())>{};
  }
}
/// What `co_await std::move(work)` gives.
template <class Awaitable>
using Awaited = typename decltype(awaited(std::declval<Awaitable>()))::type;

/// A deadline as it is asked for: an instant, or a time from when the awaiting begins.
struct Due {
  Instant instant{};
  Duration after{};
  Instant from(const Io& io) const { return after > Duration{} ? later(io.now(), after) : instant; }
};

template <class Awaitable>
Task<Awaited<Awaitable>> await_with(Due due, Scope::Shielding shielding, Awaitable work) {
  Scope& outer = co_await CurrentScope{};
  Scope scope(outer.io(), &outer, shielding);
  scope.set_deadline(due.from(outer.io()));
  co_await EnterScope{&scope};
  Awaited<Awaitable> result = co_await std::move(work);
  co_await EnterScope{&outer};
  const bool ours = scope.deadline_passed() && (shielding == Scope::Shielding::shielded || !outer.cancelled());
  if (ours && !result && result.error().code == ECANCELED) co_return std::unexpected(Error{ETIMEDOUT});
  co_return result;
}
}  // namespace detail

/// Awaits `work`, a task or an operation that gives a Result, and cancels it at `due`. Gives ETIMEDOUT only when this
/// very deadline fired; a cancellation from outside passes through as ECANCELED, and a success that was already there
/// is delivered. Deadlines nest: the nearest wins.
template <class Awaitable>
auto until(Instant due, Awaitable work) {
  return detail::await_with({.instant = due}, Scope::Shielding::inherits, std::move(work));
}

/// The same, counted from the moment it is awaited.
template <class Awaitable>
auto within(Duration duration, Awaitable work) {
  return detail::await_with({.after = duration}, Scope::Shielding::inherits, std::move(work));
}

/// Clean-up that goes on while the scope around it is cancelled, but no longer than `duration`.
template <class Awaitable>
auto shield(Duration duration, Awaitable work) {
  return detail::await_with({.after = duration}, Scope::Shielding::shielded, std::move(work));
}

}  // namespace atonce
