#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/outcome.h"

namespace atonce {

/// The journal of a run: append-only, checksummed, read back as a prefix of what was written, whatever happened.
///
///     file    = header frame*
///     header  = magic (8 bytes) format (u32) length (u32) run id (16 bytes) verdict names, XXH3-64 of all that
///     frame   = mark (u32) length (u32) chain (u32) XXH3-64 (u64) payload (length bytes)
///     payload = record*, each: kind (1 byte) and its fields, numbers as LEB128, differences as zigzag LEB128
///
/// Numbers of fixed size are little endian. The checksum of a frame is seeded with the run id, the frame's offset,
/// length and chain; the chain is the low half of the checksum before it. So bytes of another run, of another place or
/// of a cut-off past are never taken for a frame. Differences start anew in each frame: every frame reads by itself.
///
/// Writer: journal_writer.h. Reader: journal_reader.h.
/// Format 2 has exchanges, and tells literals; a journal of format 1 reads as one that has none, and is carried on.
inline constexpr std::uint32_t journal_format = 2;

/// Tells one run from every other: 128 random bits.
struct RunId {
  std::array<std::uint8_t, 16> bytes{};

  static RunId random();  ///< Source: getrandom(2).
  friend bool operator==(const RunId&, const RunId&) = default;
};
std::string write_run_id(const RunId& run);  ///< 32 hexadecimal digits
std::optional<RunId> parse_run_id(std::string_view text);

enum class EntryKind : std::uint8_t {
  tried,  ///< a try that did not settle its target
  final,  ///< the target's row
};

/// What one address said; as Attempt.
struct JournalAttempt {
  IpAddress address;
  Verdict verdict = Verdict::unfinished;
  int error = 0;
  std::uint16_t syns = 0;
  std::uint64_t took_us = 0;

  friend bool operator==(const JournalAttempt&, const JournalAttempt&) = default;
};

/// What the journal keeps of an Outcome: all but the target's words, which the list still has. Times are whole
/// microseconds, rounded as rows print them, so that a row made anew is the same to the byte.
struct JournalEntry {
  EntryKind kind = EntryKind::final;
  std::uint64_t index = 0;  ///< Target::index
  Verdict verdict = Verdict::unfinished;
  int error = 0;
  std::uint16_t tries = 0;
  std::uint8_t lap = 1;
  Doubts doubts;
  bool overturned = false;
  Evidence evidence;
  IpAddress address;
  bool is_literal = false;  ///< the target itself is an address: nothing was looked up
  /// When its first try started, since the beginning of the session; below zero for one that is older.
  std::optional<std::int64_t> started_us;
  /// As RowTimes; all missing when it never started.
  std::optional<std::uint64_t> queue_us, namelookup_us, connect_us, total_us;
  std::vector<JournalAttempt> attempts;
  /// As `write_exchange` has it, without the URL where it is the target's own; empty when there is none.
  std::string exchange;
  std::optional<std::uint64_t> appconnect_us, pretransfer_us, starttransfer_us;  ///< only with an exchange

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// Outcomes of more addresses are kept with the first so many; a DNS answer over TCP has room for about 4,000.
inline constexpr std::size_t journal_attempts_max = 16'384;

/// What `entry` keeps of `outcome`, in a session that began at `session_begin`. Reuses the room of `entry`.
void journal_entry_of(const Outcome& outcome, EntryKind kind, Instant session_begin, JournalEntry& entry);

/// Where sessions begin on the clock of restored outcomes: no instant of theirs is the epoch, which means "not
/// reached".
inline constexpr Instant restored_begin{std::chrono::nanoseconds(std::int64_t{1} << 62)};

/// Writes everything back into `outcome` but its target, of which only the index is set. Its instants are right
/// relative to each other, to the microsecond, and to those of other entries of the same session; they are not the
/// machine's clock.
void restore(const JournalEntry& entry, Outcome& outcome);

/// The target is an address, not a name: in a journal of format 1, what took no time to look up.
inline bool names_an_address(const JournalEntry& entry) { return entry.is_literal || entry.namelookup_us == 0; }

/// How much of an output stood in its file when a checkpoint was made.
struct OutputMark {
  std::uint64_t bytes = 0;   ///< its size
  std::uint64_t digest = 0;  ///< XXH3-64 of its bytes since the checkpoint before (since its beginning, for the first)

  friend bool operator==(const OutputMark&, const OutputMark&) = default;
};

/// Rows of the first `finals` final entries stand in each output, on the disk, up to its mark.
struct JournalCheckpoint {
  std::uint64_t finals = 0;
  std::vector<OutputMark> outputs;  ///< in the order of the manifest; at most `journal_outputs_max`

  friend bool operator==(const JournalCheckpoint&, const JournalCheckpoint&) = default;
};
inline constexpr std::size_t journal_outputs_max = 64;

/// Writing began: once at the start of a run and once more at each resume.
struct JournalSession {
  std::int64_t unix_us = 0;  ///< wall clock at its beginning, microseconds since 1970
  std::string reason;        ///< "started", "resumed after an interruption": for people; cut at 255 bytes

  friend bool operator==(const JournalSession&, const JournalSession&) = default;
};

/// The run is complete; nothing follows.
struct JournalClosed {
  std::uint64_t targets = 0;
  std::uint64_t finals = 0;

  friend bool operator==(const JournalClosed&, const JournalClosed&) = default;
};

}  // namespace atonce
