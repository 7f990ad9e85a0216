#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/result.h"

namespace atonce {

/// What can be made to fail, as a rule names it. `send` and `receive` are those of streams, `datagram` is whatever is
/// sent or received on a datagram socket; `open` is the opening of one to a peer, `listen` what a server does: to
/// listen, or to bind a datagram socket to an address.
enum class FaultKind : std::uint8_t { connect, accept, receive, send, datagram, child, offload, open, listen };

/// A set of kinds.
class FaultKinds {
 public:
  constexpr FaultKinds() = default;
  constexpr FaultKinds(FaultKind kind) : bits_(static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind))) {}
  constexpr bool has(FaultKind kind) const { return (bits_ & FaultKinds(kind).bits_) != 0; }
  constexpr bool any() const { return bits_ != 0; }
  friend constexpr FaultKinds operator|(FaultKinds one, FaultKinds other) { return bits(one.bits_ | other.bits_); }
  friend constexpr FaultKinds operator&(FaultKinds one, FaultKinds other) { return bits(one.bits_ & other.bits_); }
  friend constexpr bool operator==(FaultKinds, FaultKinds) = default;

 private:
  static constexpr FaultKinds bits(int value) {
    FaultKinds kinds;
    kinds.bits_ = static_cast<std::uint16_t>(value);
    return kinds;
  }
  std::uint16_t bits_ = 0;
};

/// Which operations of its kinds a rule hits. Each engine counts its own.
struct FaultWhen {
  enum class Way : std::uint8_t { nth, every_nth, chance };
  Way way = Way::every_nth;
  std::uint64_t number = 1;  ///< of nth and every_nth
  double probability = 0;    ///< of chance
};

/// One thing that goes wrong.
struct FaultRule {
  enum class What : std::uint8_t {
    error,       ///< it fails at once, and nothing was done
    late,        ///< it is done, and told `delay` later; a cancel tells it at once
    shortened,   ///< no more than `bytes_max` of what is sent or received move at once
    late_cancel  ///< a cancel of it is heeded `delay` later only: what really happens meanwhile is told
  };
  What what = What::error;
  FaultKinds kinds;
  FaultWhen when;
  int error = 0;  ///< an errno
  Duration delay{};
  std::size_t bytes_max = 0;
};

/// Everything that is to go wrong in an engine.
struct FaultPlan {
  std::vector<FaultRule> rules;
  std::uint64_t seed = 1;                ///< decides what is left to chance
  std::uint64_t allocation_to_fail = 0;  ///< for failing_allocation.h; 0: none

  bool empty() const { return rules.empty(); }
};

/// What was asked for with `--fault`, as far as it is about Io and memory.
struct IoFaults {
  FaultPlan plan;
  std::vector<std::string> unknown;  ///< words about something else, such as "enospc@write:17"
};

/// Parses words joined by commas. A word is WHAT@KIND[:WHEN][+AMOUNT], or badalloc@N.
///
///     emfile@connect:100            the 100th connect fails with EMFILE
///     enobufs@connect:/100          each 100th
///     enobufs@connect:1%            each with this probability
///     late@receive:5%+200ms         told 200 ms late
///     latecancel@connect:10%+50ms   a cancel is heeded 50 ms late
///     short@send:3                  at most three bytes at once
///     short@receive:5%+1            the same of some
///     badalloc@1000                 the 1000th allocation fails
///
/// KIND is connect, accept, receive, send, datagram, child, offload, open, listen or any. A word of another kind is
/// `unknown`; one of these kinds that makes no sense is a complaint.
Parsed<IoFaults> parse_io_faults(std::string_view text);

/// Whether connect(2) gives this error without having asked the network.
bool is_error_of_this_machine(int error);

}  // namespace atonce
