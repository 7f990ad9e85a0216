#pragma once

#include <memory>
#include <utility>

namespace atonce {

/// A value of its own on the heap, or none: one pointer wide, copied with what it points to, const with its owner. For
/// what few of many values have.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(T value) : pointer_(std::make_unique<T>(std::move(value))) {}
  Boxed(const Boxed& other) : pointer_(other ? std::make_unique<T>(*other) : nullptr) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) pointer_ = other ? std::make_unique<T>(*other) : nullptr;
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  explicit operator bool() const { return pointer_ != nullptr; }
  T& operator*() { return *pointer_; }
  const T& operator*() const { return *pointer_; }
  T* operator->() { return pointer_.get(); }
  const T* operator->() const { return pointer_.get(); }
  /// Null when there is none.
  T* get() { return pointer_.get(); }
  const T* get() const { return pointer_.get(); }

  /// A new value in place of the old one, if any.
  template <class... Args>
  T& emplace(Args&&... args) {
    pointer_ = std::make_unique<T>(std::forward<Args>(args)...);
    return *pointer_;
  }
  void reset() { pointer_.reset(); }

  friend bool operator==(const Boxed& one, const Boxed& other) {
    return one && other ? *one == *other : !one && !other;
  }

 private:
  std::unique_ptr<T> pointer_;
};

}  // namespace atonce
