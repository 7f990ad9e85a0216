#include "atonce/runtime/failing_allocation.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ATONCE_KEEPS_OPERATOR_NEW
#endif
#endif

namespace atonce {
namespace {

constinit std::atomic<std::uint64_t> countdown = 0;

/// True for the allocation that is to fail.
[[maybe_unused]] bool is_the_one() {
  if (countdown.load(std::memory_order_relaxed) == 0) [[likely]]
    return false;
  std::uint64_t left = countdown.load(std::memory_order_relaxed);
  while (left != 0 && !countdown.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
  }
  return left == 1;
}

[[maybe_unused]] void* allocate(std::size_t size) noexcept {
  return is_the_one() ? nullptr : std::malloc(size != 0 ? size : 1);
}

[[maybe_unused]] void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  const auto border = static_cast<std::size_t>(alignment);
  // aligned_alloc(3) wants a multiple of the alignment.
  return is_the_one() ? nullptr : std::aligned_alloc(border, (size + border - 1) / border * border);
}

[[maybe_unused]] void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void fail_allocation(std::uint64_t nth) { countdown.store(nth, std::memory_order_relaxed); }

std::uint64_t allocations_until_failure() { return countdown.load(std::memory_order_relaxed); }

}  // namespace atonce

#ifdef ATONCE_KEEPS_OPERATOR_NEW
bool atonce::allocations_can_fail() { return false; }
#else
bool atonce::allocations_can_fail() { return true; }

void* operator new(std::size_t size) { return atonce::or_throw(atonce::allocate(size)); }
void* operator new[](std::size_t size) { return atonce::or_throw(atonce::allocate(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return atonce::or_throw(atonce::allocate(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return atonce::or_throw(atonce::allocate(size, alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return atonce::allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return atonce::allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return atonce::allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return atonce::allocate(size, alignment);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }
#endif
