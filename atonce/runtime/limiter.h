#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>

#include "atonce/runtime/scope.h"

namespace atonce {

class Limiter;

/// The right to one place in flight; gives it back when it ends.
class [[nodiscard]] Permit {
 public:
  Permit() = default;
  explicit Permit(Limiter& limiter) : limiter_(&limiter) {}
  Permit(Permit&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    std::swap(limiter_, other.limiter_);
    return *this;
  }
  ~Permit() { release(); }
  inline void release();

 private:
  Limiter* limiter_ = nullptr;
};

/// Hands out at most `capacity` permits at a time, first come, first served. The capacity may change while permits are
/// out: it shrinks as they come back. A cancelled waiter leaves the line without a permit.
class Limiter {
 public:
  Limiter(Io& io, std::uint32_t capacity) : io_(io), capacity_(capacity) { line_.previous = line_.next = &line_; }
  Limiter(const Limiter&) = delete;

  std::uint32_t capacity() const { return capacity_; }
  std::uint32_t in_use() const { return in_use_; }
  bool available() const { return in_use_ < capacity_ && line_.next == &line_; }

  void set_capacity(std::uint32_t capacity) {
    capacity_ = capacity;
    serve_line();
  }

  /// A permit if there is one to be had without waiting.
  std::optional<Permit> try_acquire() {
    if (!available()) return std::nullopt;
    ++in_use_;
    return Permit(*this);
  }

  class Acquire : Leaf {
   public:
    explicit Acquire(Limiter& limiter) : limiter_(limiter) {}
    Acquire(const Acquire& other) : Leaf(), limiter_(other.limiter_) {}

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      Scope& scope = *handle.promise().scope;
      if (scope.cancelled()) return false;
      if (limiter_.available()) {
        granted_ = true;
        ++limiter_.in_use_;
        return false;
      }
      waiter = handle;
      cancel = [](Leaf& leaf) { static_cast<Acquire&>(leaf).end(false); };
      scope.add(*this);
      place_.acquire = this;
      place_.link(limiter_.line_);
      return true;
    }
    Result<Permit> await_resume() {
      if (!granted_) return std::unexpected(Error{ECANCELED});
      return Permit(limiter_);
    }

   private:
    friend class Limiter;
    struct Place : Leaf {
      Acquire* acquire = nullptr;
    };
    void end(bool granted) {
      granted_ = granted;
      unlink();
      place_.unlink();
      limiter_.io_.schedule(waiter);
    }

    Limiter& limiter_;
    Place place_;
    bool granted_ = false;
  };
  Acquire acquire() { return Acquire(*this); }

 private:
  friend class Permit;
  void give_back() {
    --in_use_;
    serve_line();
  }
  void serve_line() {
    while (in_use_ < capacity_ && line_.next != &line_) {
      ++in_use_;
      static_cast<Acquire::Place*>(line_.next)->acquire->end(true);
    }
  }

  Io& io_;
  std::uint32_t capacity_;
  std::uint32_t in_use_ = 0;
  Leaf line_;
};

inline void Permit::release() {
  if (limiter_ != nullptr) std::exchange(limiter_, nullptr)->give_back();
}

}  // namespace atonce
