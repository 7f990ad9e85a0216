#pragma once

#include <coroutine>
#include <cstdlib>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "atonce/runtime/frame_pool.h"

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
#error "g++ before 14 destroys lambda captures in a co_await expression twice; build with clang 19 or later"
#endif

namespace atonce {

class Scope;

/// What every coroutine of ours knows: where to take its frame, which scope it runs in, and who awaits it.
struct PromiseBase {
  Scope* scope = nullptr;  ///< Inherited by what it awaits and starts; cancellation and deadlines are read from it.
  std::coroutine_handle<> continuation;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { release_frame(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }
};

/// Hands control back to whoever awaits, by symmetric transfer: chains of any depth use no stack.
struct FinalTransfer {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    return handle.promise().continuation;
  }
  void await_resume() noexcept {}
};

template <class T>
struct TaskPromise;

/// A coroutine that gives a T. Lazy: it starts when it is awaited, on the loop that awaits it, and never migrates.
/// Move-only, awaited once. Destroying one that has started and not ended is a bug of ours, and aborts in every build.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = TaskPromise<T>;
  using value_type = T;
  using HandleType = std::coroutine_handle<promise_type>;

  explicit Task(HandleType handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (!handle_) return;
    if (handle_.promise().continuation && !handle_.done()) std::abort();
    handle_.destroy();
  }

  struct Awaiter {
    HandleType handle;
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> parent) noexcept {
      handle.promise().continuation = parent;
      handle.promise().scope = parent.promise().scope;
      return handle;
    }
    T await_resume() { return handle.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return {handle_}; }

 private:
  HandleType handle_;
};

template <class T>
struct TaskPromise : PromiseBase {
  std::optional<T> value;
  std::exception_ptr exception;

  Task<T> get_return_object() { return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this)); }
  FinalTransfer final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) [[unlikely]]
      std::rethrow_exception(std::exchange(exception, {}));
    return std::move(*value);
  }
};

template <>
struct TaskPromise<void> : PromiseBase {
  std::exception_ptr exception;

  Task<void> get_return_object() { return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this)); }
  FinalTransfer final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
  void return_void() noexcept {}
  void take() {
    if (exception) [[unlikely]]
      std::rethrow_exception(std::exchange(exception, {}));
  }
};

}  // namespace atonce
