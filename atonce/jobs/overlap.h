#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <vector>

#include "atonce/jobs/work.h"
#include "atonce/model/address.h"
#include "atonce/model/overlap.h"
#include "atonce/runtime/io.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// Told what happens on the way; empty: nobody listens. Called by whichever worker it happens to.
using WatchOverlap = std::function<void(const OverlapEvent&)>;

/// What the questions and the parts of a run share.
struct OverlapSetting {
  std::vector<Endpoint> servers;  ///< the addresses of one server; the next is tried where one takes no connection
  Duration connect_timeout{};
  Duration timeout{};
  Instant began{};
  const std::atomic<int>& stop;  ///< above zero: the computing ends where it is
  const WatchOverlap& watch;
};

/// An answer is no longer than this, its line end among it.
inline constexpr std::size_t number_answer_max = std::tuple_size_v<decltype(AskedNumber::text)>;

/// What a server sent, up to the end of the line, of the stream or of `number_answer_max`: `answered`, with the number;
/// `broken` where the line is not whole; else `no_number`.
AskEnd read_number_answer(std::string_view came, double& number);

/// Asks the number server once: connects, reads a number and the end of its line. Everything that can go wrong is an
/// AskEnd.
Task<void> ask_number(Io& io, const OverlapSetting& setting, std::uint32_t number, AskedNumber& asked);

/// Does the work, and gives way whenever the time slice is over (Io::set_slice). The same on every engine: one that
/// does nothing else meanwhile has no slices, and is not held up.
Task<void> compute(Io& io, const OverlapSetting& setting, std::uint32_t number, Work& work, ComputedPart& part);

}  // namespace atonce
