#pragma once

#include <cerrno>
#include <utility>

#include "atonce/runtime/scope.h"

namespace atonce {

/// One task waits until another says so; what was said before is remembered, once.
class Signal {
 public:
  explicit Signal(Io& io) : io_(io) {}
  Signal(const Signal&) = delete;

  void raise() {
    if (waiting_ == nullptr) {
      raised_ = true;
    } else {
      waiting_->end(true);
    }
  }

  /// Errors: ECANCELED.
  class Wait : Leaf {
   public:
    explicit Wait(Signal& signal) : signal_(signal) {}
    Wait(const Wait& other) : Leaf(), signal_(other.signal_) {}

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      Scope& scope = *handle.promise().scope;
      if (scope.cancelled()) return false;
      heard_ = std::exchange(signal_.raised_, false);
      if (heard_) return false;
      waiter = handle;
      cancel = [](Leaf& leaf) { static_cast<Wait&>(leaf).end(false); };
      scope.add(*this);
      signal_.waiting_ = this;
      return true;
    }
    Result<void> await_resume() const {
      if (!heard_) return std::unexpected(Error{ECANCELED});
      return {};
    }

   private:
    friend class Signal;
    void end(bool heard) {
      heard_ = heard;
      signal_.waiting_ = nullptr;
      unlink();
      signal_.io_.schedule(waiter);
    }

    Signal& signal_;
    bool heard_ = false;
  };
  Wait wait() { return Wait(*this); }

 private:
  Io& io_;
  Wait* waiting_ = nullptr;
  bool raised_ = false;
};

}  // namespace atonce
