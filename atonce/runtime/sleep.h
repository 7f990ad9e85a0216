#pragma once

#include <cerrno>

#include "atonce/runtime/scope.h"

namespace atonce {

/// Waits for an instant. Gives ECANCELED when the scope was cancelled first; never wakes early.
class SleepUntil : Leaf, Timer {
 public:
  SleepUntil(Io& io, Instant when) : io_(io), when_(when) {}
  SleepUntil(const SleepUntil& other) : Leaf(), Timer(), io_(other.io_), when_(other.when_) {}

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    Scope& scope = *handle.promise().scope;
    cancelled_ = scope.cancelled();
    if (cancelled_ || when_ <= io_.now()) return false;
    waiter = handle;
    Leaf::cancel = [](Leaf& leaf) { static_cast<SleepUntil&>(leaf).end(true); };
    fire = [](Timer& timer) { static_cast<SleepUntil&>(timer).end(false); };
    scope.add(*this);
    io_.timers().arm(*this, when_);
    return true;
  }
  Result<void> await_resume() const {
    if (cancelled_) return std::unexpected(Error{ECANCELED});
    return {};
  }

 private:
  void end(bool cancelled) {
    cancelled_ = cancelled;
    io_.timers().disarm(*this);
    unlink();
    io_.schedule(waiter);
  }

  Io& io_;
  Instant when_;
  bool cancelled_ = false;
};

inline SleepUntil sleep_until(Io& io, Instant when) { return SleepUntil(io, when); }
inline SleepUntil sleep_for(Io& io, Duration duration) { return SleepUntil(io, later(io.now(), duration)); }

/// Gives way to everything else that is ready. ECANCELED in a cancelled scope.
struct Yield {
  Io& io;
  bool cancelled = false;
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    cancelled = handle.promise().scope->cancelled();
    if (cancelled) return false;
    io.give_way(handle);
    return true;
  }
  Result<void> await_resume() const {
    if (cancelled) return std::unexpected(Error{ECANCELED});
    return {};
  }
};
inline Yield yield(Io& io) { return {io}; }

/// Gives way to everything else that is ready, and to all that has come meanwhile. ECANCELED in a cancelled scope.
struct YieldBehind : Yield {
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    cancelled = handle.promise().scope->cancelled();
    if (cancelled) return false;
    io.schedule_behind(handle);
    return true;
  }
};
inline YieldBehind yield_behind(Io& io) { return {{io}}; }

/// For long computations: gives way only when the time slice is over (Io::set_slice, 1 ms unless told), and then to all
/// that has come meanwhile. ECANCELED in a cancelled scope.
struct YieldIfDue : Yield {
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    cancelled = handle.promise().scope->cancelled();
    if (cancelled || !io.slice_over()) return false;
    io.schedule_behind(handle);
    return true;
  }
};
inline YieldIfDue yield_if_due(Io& io) { return {{io}}; }

}  // namespace atonce
