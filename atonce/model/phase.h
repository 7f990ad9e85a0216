#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "atonce/model/outcome.h"

namespace atonce {

/// What a job waited for, or did, for a stretch of time; in the order in which they follow.
enum class Phase : std::uint8_t { queue, lookup, connect, secure, answer, receive, disk, compute };
inline constexpr std::size_t phase_count = 8;

/// A row of the family of phases: reports, traces and documentation read the same rows.
struct PhaseRow {
  Phase phase;
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<PhaseRow, phase_count> all_phases{{
    {Phase::queue, "queue", "due, and not begun: its turn had not come"},
    {Phase::lookup, "lookup", "waiting for the address of its name"},
    {Phase::connect, "connect", "waiting for the connection"},
    {Phase::secure, "secure", "waiting for the TLS handshake"},
    {Phase::answer, "answer", "asked, and waiting for the first byte of the answer"},
    {Phase::receive, "receive", "the answer was on its way"},
    {Phase::disk, "disk", "in the file system: the kernel at work, or a disk waited for"},
    {Phase::compute, "compute", "computing"},
}};

struct TimedPhase {
  Phase phase = Phase::queue;
  Instant begin{}, end{};
};

/// The stretches of one job, one behind the other. Flat.
class TimedPhases {
 public:
  /// Nothing where it is empty, or there is no room left.
  void add(Phase phase, Instant begin, Instant end) {
    if (end > begin && size_ < phase_count) phases_[size_++] = {phase, begin, end};
  }
  std::span<const TimedPhase> all() const { return {phases_.data(), size_}; }

 private:
  std::array<TimedPhase, phase_count> phases_{};
  std::size_t size_ = 0;
};

/// What an outcome's instants say, from when it was due to its verdict; empty where nothing was asked of anybody. What
/// was not reached is what it was waiting for at the end.
TimedPhases timed_phases_of(const Outcome& outcome);

}  // namespace atonce
