#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "atonce/results/journal.h"
#include "atonce/results/journal_records.h"

namespace atonce {

/// Turns records into frames, in memory that it keeps. `journal_writer.h` brings them to the disk.
class JournalEncoder {
 public:
  /// The next frame will stand at `offset` behind a frame whose checksum ends with `chain`.
  JournalEncoder(const RunId& run, std::uint64_t offset, std::uint32_t chain);

  void add_session(const JournalSession& session, Instant begin);
  void add(const Outcome& outcome, EntryKind kind);
  void add(const JournalEntry& entry);  ///< with `started_us` of the session that this encoder has told of
  void add_lap(std::uint32_t lap);
  /// `synced`: bytes of the journal that the disk has for sure.
  void add_checkpoint(const JournalCheckpoint& checkpoint, std::uint64_t synced);
  void add_closed(const JournalClosed& closed);
  /// From here on verdicts have the codes of this program, whatever the file had before.
  void add_verdict_names();

  /// All whole frames since `clear`: ends the frame that is open.
  std::string_view seal();
  void clear();
  std::size_t bytes() const { return size_; }  ///< waiting, with the frames' heads

 private:
  std::uint8_t* begin_record(std::size_t bytes_max);
  void end_record(std::uint8_t* end);
  void open_frame();
  void close_frame();
  void grow(std::size_t bytes);

  RunId run_;
  std::uint64_t offset_;  ///< of the file, where the buffer begins
  std::uint32_t chain_;
  Instant session_begin_{};
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t frame_begin_ = 0;
  bool frame_open_ = false;
  RecordContext context_;  ///< within the frame
  JournalEntry entry_;     ///< kept for its room
};

/// The header of a new journal, with the chain of its first frame.
struct JournalHeader {
  std::string bytes;
  std::uint32_t chain = 0;
};
JournalHeader write_journal_header(const RunId& run);

}  // namespace atonce
