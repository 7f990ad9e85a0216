#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace atonce {

/// Why a verdict may be wrong through no fault of the target: bits, so that several can hold.
enum class Doubt : std::uint8_t {
  few_syns = 1,
  late_loop = 2,
  local_drops = 4,
  tainted = 8,
  disagreement = 16,
};

/// A row of the family of doubts: results, help and documentation read the same rows.
struct DoubtRow {
  Doubt doubt;
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array all_doubts{
    DoubtRow{Doubt::few_syns, "few_syns", "too few SYNs were sent for what gets lost on the way"},
    DoubtRow{Doubt::late_loop, "late_loop", "our own loop was late while it waited"},
    DoubtRow{Doubt::local_drops, "local_drops",
             "this machine threw so many packets away while it waited that ours may all be among them"},
    DoubtRow{Doubt::tainted, "tainted", "the uplink, the resolver, the clock or this program stood still meanwhile"},
    DoubtRow{Doubt::disagreement, "disagreement", "two tries gave different answers"},
};

/// A set of doubts; empty: the verdict is sure.
class Doubts {
 public:
  constexpr Doubts() = default;
  constexpr explicit Doubts(std::uint8_t bits) : bits_(bits) {}
  constexpr Doubts(Doubt doubt) : bits_(static_cast<std::uint8_t>(doubt)) {}

  constexpr bool any() const { return bits_ != 0; }
  constexpr bool has(Doubt doubt) const { return (bits_ & static_cast<std::uint8_t>(doubt)) != 0; }
  constexpr std::uint8_t bits() const { return bits_; }
  constexpr Doubts without(Doubt doubt) const {
    return Doubts(static_cast<std::uint8_t>(bits_ & ~static_cast<std::uint8_t>(doubt)));
  }
  constexpr Doubts& operator|=(Doubts other) {
    bits_ |= other.bits_;
    return *this;
  }
  friend constexpr Doubts operator|(Doubts one, Doubts other) { return one |= other; }
  friend constexpr bool operator==(Doubts, Doubts) = default;

 private:
  std::uint8_t bits_ = 0;
};

/// "late_loop+local_drops"; empty when there is no doubt.
std::string write_doubts(Doubts doubts);

/// What a verdict rests on, as it was while the target was waited for in its last try. The job tells the waiting and
/// the SYNs, the sweep the rest.
struct Evidence {
  std::uint32_t waited_ms = 0;    ///< for an answer
  std::uint32_t lateness_ms = 0;  ///< by how much our loop was late meanwhile, in all
  std::uint32_t drops = 0;        ///< packets thrown away on this machine meanwhile, by any program
  std::uint16_t syns = 0;         ///< SYNs sent, by the kernel's own count; 0 where it cannot tell
  std::uint32_t sent = 0;         ///< packets sent meanwhile, by any program; only until the verdict is judged

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

}  // namespace atonce
