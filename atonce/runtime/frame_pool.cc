#include "atonce/runtime/frame_pool.h"

#include <array>
#include <memory>
#include <new>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ATONCE_PLAIN_FRAMES 1
#endif
#endif

namespace atonce {
namespace {

constexpr std::size_t class_bytes = 16;
constexpr std::size_t pooled_bytes_max = 2'048;
// One slab is a few pages: large enough to make taking one rare, small enough that an idle class wastes little.
constexpr std::size_t slab_bytes = 64 * 1'024;

struct FreeFrame {
  FreeFrame* next;
};

class FramePool {
 public:
  void* take(std::size_t size_class) {
    FreeFrame*& head = free_[size_class];
    if (head == nullptr) [[unlikely]]
      return carve(size_class);
    FreeFrame* frame = head;
    head = frame->next;
    return frame;
  }

  void give(void* memory, std::size_t size_class) noexcept {
    auto* frame = static_cast<FreeFrame*>(memory);
    frame->next = free_[size_class];
    free_[size_class] = frame;
  }

  std::size_t bytes() const { return slabs_.size() * slab_bytes; }

 private:
  void* carve(std::size_t size_class) {
    const std::size_t bytes = (size_class + 1) * class_bytes;
    if (static_cast<std::size_t>(end_ - cursor_) < bytes) {
      slabs_.push_back(std::make_unique_for_overwrite<std::byte[]>(slab_bytes));
      cursor_ = slabs_.back().get();
      end_ = cursor_ + slab_bytes;
    }
    void* memory = cursor_;
    cursor_ += bytes;
    return memory;
  }

  std::array<FreeFrame*, pooled_bytes_max / class_bytes> free_{};
  std::byte* cursor_ = nullptr;
  std::byte* end_ = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> slabs_;
};

thread_local FramePool pool;

}  // namespace

#ifdef ATONCE_PLAIN_FRAMES
void* allocate_frame(std::size_t bytes) { return ::operator new(bytes); }
void release_frame(void* frame, std::size_t bytes) noexcept { ::operator delete(frame, bytes); }
#else
void* allocate_frame(std::size_t bytes) {
  if (bytes > pooled_bytes_max) [[unlikely]]
    return ::operator new(bytes);
  return pool.take((bytes - 1) / class_bytes);
}

void release_frame(void* frame, std::size_t bytes) noexcept {
  if (bytes > pooled_bytes_max) [[unlikely]] {
    ::operator delete(frame, bytes);
  } else {
    pool.give(frame, (bytes - 1) / class_bytes);
  }
}
#endif

std::size_t frame_pool_bytes() { return pool.bytes(); }

}  // namespace atonce
