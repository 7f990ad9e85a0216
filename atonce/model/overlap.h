#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/plan.h"

namespace atonce {

/// How asking a number server ended.
enum class AskEnd : std::uint8_t {
  unfinished,   ///< cut short, or never begun
  answered,     ///< a number came
  no_server,    ///< the connection was refused, or nothing can be reached there; `error` says which
  timeout,      ///< no connection, or no answer, in time
  broken,       ///< the server ended the connection before its answer was whole
  no_number,    ///< something else came
  shortage,     ///< this machine had no descriptor, port or memory for it
  worker_died,  ///< the process that asked ended before it had told
};

/// "answered", "no_server": as rows have it.
std::string_view name_of(AskEnd end);
/// "uniform", "normal", "sha256".
std::string_view name_of(WorkKind kind);

/// One question to a number server, and what came. Flat, so that forked workers can share it.
struct AskedNumber {
  AskEnd end = AskEnd::unfinished;
  bool begun = false;
  bool connected_well = false;  ///< there was a connection
  int error = 0;                ///< errno behind the end; 0: none
  Instant started{}, connected{}, finished{};
  Duration unseen_for{};  ///< how long, at most, the answer was there before it was seen
  double number = 0;
  std::array<char, 48> text{};  ///< what came, up to the end of the line, cut
};

/// One part of the work, and what it came to. Flat too.
struct ComputedPart {
  bool done = false;
  bool begun = false;
  bool worker_died = false;
  int error = 0;             ///< errno of a file that could not be read
  std::uint64_t amount = 0;  ///< samples, or bytes of a file
  double total = 0;          ///< the sum of the samples
  std::array<char, 65> digest{};
  Instant started{}, finished{};
  Duration busy{};  ///< of that time: computing
  std::uint64_t pauses = 0;
  Duration slice_longest{};
};
static_assert(std::is_trivially_copyable_v<AskedNumber> && std::is_trivially_copyable_v<ComputedPart>);

/// Something that happened on the way, for who watches.
struct OverlapEvent {
  enum class Kind : std::uint8_t { asked, answered, failed, computing, paused, resumed, computed };
  Kind kind;
  std::uint32_t number = 0;  ///< which question, or which part; from 0
  std::uint64_t amount = 0;  ///< done of the part
  Duration elapsed{};        ///< since the run began
  double total = 0;          ///< of an answer, or of a part that is computed
};

/// A whole run: what was asked and computed, and when.
struct OverlapRun {
  std::string strategy;
  std::string engine;
  std::uint32_t workers = 1;
  WorkSpec work;
  std::string server;
  Duration slice{};  ///< zero where nothing is sliced
  std::uint64_t seed = 0;
  std::int64_t began_unix_ns = 0;  ///< the same instant as `began`, on the wall clock
  Instant began{}, ended{};
  std::vector<AskedNumber> asks;
  std::vector<ComputedPart> parts;
  Duration lateness_max{};  ///< of a loop's timers
  bool interrupted = false;
};

}  // namespace atonce
