#pragma once

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "atonce/runtime/io.h"
#include "atonce/runtime/leaf.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// Owns started tasks and knows whether they are to go on. Made by `with_scope`, `within` and `shield`, on whose call
/// it ends: nobody outlives the scope that started them.
///
/// Cancellation is a level, not an edge: once a scope is cancelled, every later await in it and in the scopes below it
/// completes at once with ECANCELED, except inside `shield`.
class Scope {
 public:
  enum class Shielding : bool { inherits, shielded };

  Scope(Io& io, Scope* parent, Shielding shielding = Shielding::inherits);
  Scope(const Scope&) = delete;
  ~Scope();

  Io& io() const { return io_; }

  /// Starts fn(args...), a coroutine, as a child. fn and args are copied into the child's frame, so a lambda's captures
  /// live as long as the child; pass std::ref for what the scope outlives.
  template <class Fn, class... Args>
  void start(Fn fn, Args... args);

  /// Asks everything in this scope to end. The call that made the scope still waits for it.
  void cancel();
  bool cancelled() const { return cancelled_; }

  /// Cancels the scope at `due`. A loop that was itself late gives the scope its time back, once.
  void set_deadline(Instant due);
  /// True when this scope was cancelled by its own deadline.
  bool deadline_passed() const { return deadline_passed_; }

  std::size_t children() const { return children_; }
  /// Exceptions that came after the first, which is the one rethrown.
  std::size_t suppressed_exceptions() const { return suppressed_; }

  // For awaiters and children.
  void add(Leaf& leaf) { leaf.link(leaves_); }
  void child_ended(std::exception_ptr exception) noexcept;

  /// Waits until every child has ended; rethrows the first exception of a child.
  auto join() {
    struct Joiner {
      Scope& scope;
      bool await_ready() const noexcept { return scope.children_ == 0; }
      void await_suspend(std::coroutine_handle<> waiter) noexcept { scope.joiner_ = waiter; }
      void await_resume() {}
    };
    return Joiner{*this};
  }
  std::exception_ptr take_exception() { return std::exchange(exception_, {}); }
  void fail(std::exception_ptr exception) noexcept;

 private:
  // A turn this late says more about us than about the network.
  static constexpr Duration lateness_forgiven = std::chrono::milliseconds(50);

  struct Deadline : Timer {
    Scope* scope = nullptr;
    Instant armed_at{};
    bool extended = false;
  };
  static void fire_deadline(Timer& timer);

  Io& io_;
  Scope* parent_;
  Scope* first_child_ = nullptr;
  Scope* previous_sibling_ = nullptr;
  Scope* next_sibling_ = nullptr;
  Leaf leaves_;
  Deadline deadline_;
  std::exception_ptr exception_;
  std::coroutine_handle<> joiner_;
  std::uint32_t children_ = 0;
  std::uint32_t suppressed_ = 0;
  bool shielded_;
  bool cancelled_ = false;
  bool deadline_passed_ = false;
};

/// The frame of a started child: owns the function and its arguments, tells the scope when it ends, and destroys
/// itself.
struct Child {
  struct promise_type : PromiseBase {
    std::exception_ptr exception;

    Child get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    auto final_suspend() noexcept {
      struct End {
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
          Scope& owner = *ended.promise().scope;
          std::exception_ptr thrown = std::move(ended.promise().exception);
          ended.destroy();
          owner.child_ended(std::move(thrown));
        }
        void await_resume() noexcept {}
      };
      return End{};
    }
    void unhandled_exception() noexcept { exception = std::current_exception(); }
    void return_void() noexcept {}
  };
  std::coroutine_handle<promise_type> handle;
};

template <class Fn, class... Args>
Child run_child(Fn fn, Args... args) {
  co_await std::invoke(fn, std::move(args)...);
}

template <class Fn, class... Args>
void Scope::start(Fn fn, Args... args) {
  const Child child = run_child<Fn, Args...>(std::move(fn), std::move(args)...);
  child.handle.promise().scope = this;
  io_.schedule(child.handle);
  ++children_;
}

/// Replaces the scope of the coroutine that awaits it; gives the one before.
struct EnterScope {
  Scope* scope;
  Scope* before = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    before = std::exchange(handle.promise().scope, scope);
    return false;
  }
  Scope* await_resume() const noexcept { return before; }
};

/// The scope of the coroutine that awaits it.
struct CurrentScope {
  Scope* scope = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    scope = handle.promise().scope;
    return false;
  }
  Scope& await_resume() const noexcept { return *scope; }
};

/// Runs `body(scope)`, a coroutine that may start children in the scope, and returns what it returns once it and every
/// child have ended. An exception of the body or of a child cancels the scope and is rethrown here; further ones are
/// counted.
template <class Body>
auto with_scope(Io& io, Body body) -> std::invoke_result_t<Body&, Scope&> {
  using Value = typename std::invoke_result_t<Body&, Scope&>::value_type;
  Scope scope(io, &co_await CurrentScope{});
  Scope* const outer = co_await EnterScope{&scope};
  if constexpr (std::is_void_v<Value>) {
    try {
      co_await body(scope);
    } catch (...) {
      scope.fail(std::current_exception());
    }
    co_await scope.join();
    co_await EnterScope{outer};
    if (auto exception = scope.take_exception()) std::rethrow_exception(exception);
  } else {
    std::optional<Value> value;
    try {
      value.emplace(co_await body(scope));
    } catch (...) {
      scope.fail(std::current_exception());
    }
    co_await scope.join();
    co_await EnterScope{outer};
    if (auto exception = scope.take_exception()) std::rethrow_exception(exception);
    co_return std::move(*value);
  }
}

template <class T>
T Io::run(Task<T> task) {
  Scope root(*this, nullptr);
  if constexpr (std::is_void_v<T>) {
    root.start([](Task<T> inner) -> Task<void> { co_await std::move(inner); }, std::move(task));
    while (root.children() > 0) turn();
    if (auto exception = root.take_exception()) std::rethrow_exception(exception);
  } else {
    std::optional<T> value;
    root.start([](Task<T> inner, std::optional<T>* into) -> Task<void> { into->emplace(co_await std::move(inner)); },
               std::move(task), &value);
    while (root.children() > 0) turn();
    if (auto exception = root.take_exception()) std::rethrow_exception(exception);
    return std::move(*value);
  }
}

}  // namespace atonce
