#pragma once

#include <coroutine>

namespace atonce {

/// A place where a coroutine waits. Lives in the frame of the waiting coroutine; linked into its scope while it is
/// pending, so that cancelling the scope finds it. Whoever completes it unlinks it.
struct Leaf {
  Leaf* previous = nullptr;
  Leaf* next = nullptr;
  std::coroutine_handle<> waiter;
  /// Asks the leaf to end soon. It still completes, once, with whatever really happened or ECANCELED.
  void (*cancel)(Leaf&) = nullptr;

  Leaf() = default;
  Leaf(const Leaf&) = delete;

  void link(Leaf& sentinel) {
    previous = sentinel.previous;
    next = &sentinel;
    sentinel.previous->next = this;
    sentinel.previous = this;
  }
  void unlink() {
    if (next == nullptr) return;
    previous->next = next;
    next->previous = previous;
    previous = next = nullptr;
  }
};

}  // namespace atonce
