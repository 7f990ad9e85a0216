#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "atonce/runtime/limiter.h"

namespace atonce {

/// A bounded first-in first-out queue between tasks of one loop. `push` waits while it is full, `pop` while it is
/// empty; after `close` what is in it can still be popped, then `pop` gives nothing. Waiters are served in the order in
/// which they came.
template <class T>
class Queue {
 public:
  Queue(Io& io, std::uint32_t capacity) : room_(io, capacity), filled_(io, 0) {}

  /// Errors: ECANCELED; EPIPE when the queue is closed.
  Task<Result<void>> push(T value) {
    Result<Permit> room = co_await room_.acquire();
    if (!room) co_return std::unexpected(room.error());
    if (closed_) co_return std::unexpected(Error{EPIPE});
    items_.emplace_back(std::move(value), std::move(*room));
    filled_.set_capacity(filled_.capacity() + 1);
    co_return Result<void>{};
  }

  /// Nothing when the queue is closed and empty. Errors: ECANCELED.
  Task<Result<std::optional<T>>> pop() {
    Result<Permit> turn = co_await filled_.acquire();
    if (!turn) co_return std::unexpected(turn.error());
    if (items_.empty()) co_return std::optional<T>{};
    std::optional<T> value(std::move(items_.front().first));
    items_.pop_front();
    // The filled place is used up: its permit ends together with the capacity it stood for.
    if (!closed_) filled_.set_capacity(filled_.capacity() - 1);
    co_return value;
  }

  void close() {
    closed_ = true;
    filled_.set_capacity(~std::uint32_t{0} / 2);
    room_.set_capacity(~std::uint32_t{0} / 2);
  }

  std::size_t size() const { return items_.size(); }

 private:
  Limiter room_;
  Limiter filled_;
  std::deque<std::pair<T, Permit>> items_;
  bool closed_ = false;
};

}  // namespace atonce
