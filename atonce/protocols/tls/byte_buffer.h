#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace atonce {

/// Bytes that come in at the back and leave at the front. Grows, and never fills with zeros what is to be overwritten.
class ByteBuffer {
 public:
  std::span<const std::byte> bytes() const { return {memory_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  /// Room behind the last byte, at least that much; `added` says how much of it was used.
  std::span<std::byte> space(std::size_t bytes) {
    if (capacity_ - end_ < bytes) make_room(bytes);
    return {memory_.get() + end_, capacity_ - end_};
  }
  void added(std::size_t bytes) { end_ += bytes; }
  void append(const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    std::memcpy(space(bytes).data(), from, bytes);
    added(bytes);
  }
  void remove(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Gives the memory back, when there is nothing in it.
  void release_if_empty() {
    if (!empty()) return;
    memory_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  void make_room(std::size_t bytes) {
    const std::size_t held = size();
    if (capacity_ >= 2 * (held + bytes)) {  // Moving costs no more than what was removed since.
      std::memmove(memory_.get(), memory_.get() + begin_, held);
    } else {
      const std::size_t capacity = std::max({std::size_t{512}, held + bytes, capacity_ + capacity_ / 2});
      auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
      if (held > 0) std::memcpy(memory.get(), memory_.get() + begin_, held);
      memory_ = std::move(memory);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace atonce
