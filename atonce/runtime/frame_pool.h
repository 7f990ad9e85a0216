#pragma once

#include <cstddef>

namespace atonce {

/// Memory for coroutine frames: a free list for each size class of the current thread. A task never changes thread, so
/// taking and giving back need no lock and no header. Frames above `pooled_bytes_max` go to the general allocator.
///
/// Under AddressSanitizer every frame comes from the general allocator, so that a use after free is seen.
void* allocate_frame(std::size_t bytes);
void release_frame(void* frame, std::size_t bytes) noexcept;

/// Bytes the current thread's pool has taken from the system; they go back when the thread ends.
std::size_t frame_pool_bytes();

}  // namespace atonce
