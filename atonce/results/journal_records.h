#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/results/journal.h"

namespace atonce {

/// What a record is: its first byte. Kinds are only added, with a new format.
enum class RecordKind : std::uint8_t {
  tried = 1,
  final = 2,
  lap = 3,
  session = 4,
  checkpoint = 5,
  closed = 6,
  verdicts = 7
};

/// What one record of a frame leaves for the next: differences are small.
struct RecordContext {
  std::uint64_t index = 0;
  std::int64_t started_us = 0;
};

inline constexpr std::size_t text_bytes_max = 255;

/// Room that a record needs at most.
constexpr std::size_t entry_bytes_max(std::size_t attempts, std::size_t exchange) {
  return 128 + attempts * 48 + (exchange > 0 ? exchange + 48 : 0);
}
inline std::size_t entry_bytes_max(const JournalEntry& entry) {
  return entry_bytes_max(entry.attempts.size(), entry.exchange.size());
}
constexpr std::size_t checkpoint_bytes_max(std::size_t outputs) { return 32 + outputs * 24; }
inline constexpr std::size_t small_bytes_max = 32 + text_bytes_max;

/// Each writes one record at `at`, where there is room for it, and returns its end.
std::uint8_t* put_entry(std::uint8_t* at, const JournalEntry& entry, RecordContext& context);
std::uint8_t* put_lap(std::uint8_t* at, std::uint32_t lap);
std::uint8_t* put_session(std::uint8_t* at, const JournalSession& session);
std::uint8_t* put_checkpoint(std::uint8_t* at, const JournalCheckpoint& checkpoint, std::uint64_t synced);
std::uint8_t* put_closed(std::uint8_t* at, const JournalClosed& closed);
/// The names of this program's verdicts, in the order of their codes.
std::uint8_t* put_verdicts(std::uint8_t* at);
/// The same as a text, as the header has it.
std::string write_verdict_names();

/// What a frame tells its reader.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void entry(const JournalEntry&) {}
  virtual void checkpoint(const JournalCheckpoint&, std::uint64_t /*synced*/) {}
  virtual void lap(std::uint32_t) {}
  virtual void session(const JournalSession&) {}
  virtual void closed(const JournalClosed&) {}
};

/// Reads the records of frames. Keeps its room from frame to frame.
class RecordDecoder {
 public:
  /// Hands the records of a payload to `sink`, in order. False at the first that makes no sense; those before it have
  /// been handed on. `verdicts` are by their codes; a record may replace them.
  bool decode(std::string_view payload, std::vector<Verdict>& verdicts, RecordSink& sink);

 private:
  JournalEntry entry_;
  Exchange exchange_;
  JournalCheckpoint checkpoint_;
  JournalSession session_;
};

/// Reads what `write_verdict_names` wrote; false when a name is unknown here or it makes no sense. Takes its bytes off
/// `text`.
bool parse_verdict_names(std::string_view& text, std::vector<Verdict>& verdicts);

}  // namespace atonce
