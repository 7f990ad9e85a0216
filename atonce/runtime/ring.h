#pragma once

#include <liburing.h>

#include <cstdint>
#include <string>

#include "atonce/model/duration.h"
#include "atonce/model/result.h"

namespace atonce {

/// One io_uring(7) of the thread that makes it, with a table of direct descriptors. A thin layer: which requests there
/// are and what their answers mean is known to RingIo alone, the only one to include this header.
class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  ~Ring();

  /// Sets up the ring and a table of up to `slots` places, fewer when the limit of descriptors does not allow so many.
  /// The complaint says in words why there is none.
  Parsed<void> open(std::uint32_t slots);

  std::uint32_t slots() const { return slots_; }

  /// Makes sure that the next `count` requests fit, and so go to the kernel together; submits when they do not. False
  /// when there is no room even so.
  bool make_room(unsigned count);
  /// Prepares the next request: `prepare(request)` fills it. There must be room.
  template <class Prepare>
  void request(std::uint64_t user_data, Prepare prepare) {
    io_uring_sqe* const next = io_uring_get_sqe(&ring_);
    prepare(next);
    next->user_data = user_data;
  }

  /// Submits what is prepared, and waits until `until` at most when nothing is there to be reaped.
  void submit_and_wait(Instant until, Instant now);
  /// Submits what is prepared and runs what the kernel has put off.
  void submit_and_collect();

  bool has_requests() const { return io_uring_sq_ready(&ring_) != 0; }
  /// Whether the kernel has completions that only an enter brings to light; true always where it does not tell.
  bool may_hold_back() const { return !tells_of_work_ || holds_back(); }
  /// The same, but false where it does not tell: then each enter brings all.
  bool holds_back() const;

  /// Hands over each completion that is there: `handle(user_data, result)`.
  template <class Handle>
  void reap(Handle handle) {
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++count;
      handle(completion->user_data, completion->res);
    }
    io_uring_cq_advance(&ring_, count);
  }

 private:
  int set_up(std::uint32_t slots);
  Parsed<void> register_slots(std::uint32_t slots);

  io_uring ring_{};
  bool open_ = false;
  bool tells_of_work_ = false;
  std::uint32_t slots_ = 0;
};

}  // namespace atonce
