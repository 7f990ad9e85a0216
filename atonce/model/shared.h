#pragma once

#include <memory>
#include <utility>

namespace atonce {

/// A value that many have and nobody changes, or none: a copy is a pointer. Compares as its value does. For what each
/// of many outcomes says alike, as the facts of the connection that they came over.
template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) : pointer_(std::make_shared<T>(std::move(value))) {}

  explicit operator bool() const { return pointer_ != nullptr; }
  const T& operator*() const { return *pointer_; }
  const T* operator->() const { return pointer_.get(); }
  /// Null when there is none.
  const T* get() const { return pointer_.get(); }

  /// The value, to be changed: a copy of it, made where others have it too; a new one where there is none.
  T& own() {
    if (pointer_.use_count() != 1) pointer_ = pointer_ ? std::make_shared<T>(*pointer_) : std::make_shared<T>();
    return *pointer_;
  }
  void reset() { pointer_.reset(); }

  friend bool operator==(const Shared& one, const Shared& other) {
    return one.pointer_ == other.pointer_ || (one && other && *one == *other);
  }

 private:
  std::shared_ptr<T> pointer_;
};

}  // namespace atonce
