#pragma once

#include <tuple>
#include <vector>

#include "atonce/runtime/limiter.h"
#include "atonce/runtime/scope.h"

namespace atonce {

namespace detail {
template <class T>
Task<void> store(Task<T> task, std::optional<T>* into) {
  into->emplace(co_await std::move(task));
}
}  // namespace detail

/// Runs tasks at once and gives all their results, in the order of the arguments.
template <class... Ts>
Task<std::tuple<Ts...>> gather(Io& io, Task<Ts>... tasks) {
  std::tuple<std::optional<Ts>...> slots;
  std::tuple<Task<Ts>...> owned(std::move(tasks)...);
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (scope.start(detail::store<Ts>, std::move(std::get<I>(owned)), &std::get<I>(slots)), ...);
    }(std::index_sequence_for<Ts...>{});
    co_return;
  });
  co_return std::apply([](auto&... slot) { return std::tuple<Ts...>(std::move(*slot)...); }, slots);
}

template <class T>
Task<std::vector<T>> gather(Io& io, std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> slots(tasks.size());
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    for (std::size_t i = 0; i < tasks.size(); ++i) scope.start(detail::store<T>, std::move(tasks[i]), &slots[i]);
    co_return;
  });
  std::vector<T> values;
  values.reserve(slots.size());
  for (std::optional<T>& slot : slots) values.push_back(std::move(*slot));
  co_return values;
}

/// Who came first, and with what.
template <class T>
struct Winner {
  std::size_t index = 0;
  T value;
};

/// Runs tasks at once, gives the first that ends, cancels the others and waits for them. At least one task.
template <class T>
Task<Winner<T>> race(Io& io, std::vector<Task<T>> tasks) {
  std::optional<Winner<T>> winner;
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    for (std::size_t i = 0; i < tasks.size(); ++i)
      scope.start(
          [](Scope* all, std::size_t index, Task<T> task, std::optional<Winner<T>>* first) -> Task<void> {
            T value = co_await std::move(task);
            if (first->has_value()) co_return;
            first->emplace(index, std::move(value));
            all->cancel();
          },
          &scope, i, std::move(tasks[i]), &winner);
    co_return;
  });
  co_return std::move(*winner);
}

template <class T, class... Rest>
Task<Winner<T>> race(Io& io, Task<T> first, Task<Rest>... rest) {
  std::vector<Task<T>> tasks;
  tasks.push_back(std::move(first));
  (tasks.push_back(std::move(rest)), ...);
  co_return co_await race(io, std::move(tasks));
}

/// The million-job primitive: takes targets from `next` (a coroutine giving std::optional<Target>) one at a time and
/// runs `job(target)` for each, with at most `window`'s capacity alive. Memory follows the window, never the list.
/// Stops taking when the scope is cancelled. A job that takes a reference gets one to the child's own copy.
template <class Next, class Job>
Task<void> for_each(Io& io, Limiter& window, Next next, Job job) {
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    while (true) {
      Result<Permit> permit = co_await window.acquire();
      if (!permit || scope.cancelled()) co_return;  // A job that threw has given its permit back first.
      auto target = co_await next();
      if (!target) co_return;
      // The child's frame keeps the target, and the permit until it ends: no further frame is needed for them.
      scope.start(
          []<class Target>(Job* run, Target&& kept, Permit&&) {
            if constexpr (std::is_invocable_v<Job&, Target&&>) {
              return (*run)(std::move(kept));
            } else {
              return (*run)(kept);
            }
          },
          &job, std::move(*target), std::move(*permit));
    }
  });
}

}  // namespace atonce
