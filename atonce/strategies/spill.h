#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "atonce/strategies/settle.h"

namespace atonce {

/// A queue of unsettled targets in a file without a name, so that memory does not follow how many there are. One thread
/// at a time.
class Spill {
 public:
  Spill() = default;
  ~Spill();
  Spill(Spill&& other) noexcept;
  Spill& operator=(Spill&& other) noexcept;

  /// Takes one to the end of the queue. Returns 0, or the errno of the file in TMPDIR (ENOSPC).
  int push(const Unsettled& unsettled);
  /// The first that was pushed and not yet popped; nothing when there is none, or the file cannot be read back: then
  /// `error` says why.
  std::optional<Unsettled> pop();

  std::uint64_t size() const { return pushed_ - popped_; }
  int error() const { return error_; }

 private:
  int open_file();
  int write_out();
  bool read_more(std::size_t wanted);

  int file_ = -1;
  std::string unwritten_;
  std::string unread_;
  std::size_t unread_at_ = 0;
  std::int64_t read_offset_ = 0;
  std::int64_t write_offset_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  int error_ = 0;
};

}  // namespace atonce
