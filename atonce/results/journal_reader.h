#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/results/journal.h"
#include "atonce/results/storage.h"

namespace atonce {

/// Is shown what a journal has, in order. What it is handed lives until it returns.
class JournalVisitor {
 public:
  virtual ~JournalVisitor() = default;
  virtual void entry(const JournalEntry&) {}
  virtual void checkpoint(const JournalCheckpoint&) {}
  virtual void lap(std::uint32_t) {}
  virtual void session(const JournalSession&) {}
  virtual void closed(const JournalClosed&) {}
};

/// Where a journal ends, with what a writer needs to carry it on.
struct JournalEnd {
  RunId run;
  std::uint64_t bytes = 0;  ///< header and valid frames
  std::uint32_t chain = 0;  ///< of the next frame
  std::uint64_t finals = 0;
  std::vector<Verdict> verdicts;  ///< by their codes in the file
};

enum class JournalTrouble : std::uint8_t {
  none,
  no_header,     ///< empty or cut off inside the header: a run that died in its first instant
  not_journal,   ///< something else stands there
  newer,         ///< of a newer atonce
  damaged_head,  ///< a journal whose header does not fit its checksum
  unreadable,    ///< the disk failed; `error` has the errno
};

/// What reading a journal came to.
struct JournalReport {
  JournalTrouble trouble = JournalTrouble::none;  ///< anything else: nothing can be carried on
  int error = 0;
  std::uint32_t format = 0;       ///< of the file
  std::uint64_t bytes_total = 0;  ///< of the file
  JournalEnd end;                 ///< the first `end.bytes` bytes were visited
  std::uint64_t entries = 0;      ///< tried and final
  std::uint64_t checkpoints = 0;
  bool closed = false;         ///< the run is complete
  bool frame_beyond = false;   ///< a valid frame stands behind the first invalid one: reordered writes, or damage
  bool synced_beyond = false;  ///< that frame proves that what is invalid was safe on the disk once: damage

  bool readable() const { return trouble == JournalTrouble::none; }
  bool torn() const { return readable() && end.bytes < bytes_total; }
};

/// Reads the journal from its beginning to its first invalid frame, in bounded memory (a few MiB at most), and shows
/// `visitor` all of it in order. A frame is shown whole or not at all. Bytes of any kind are safe to read.
JournalReport read_journal(Storage& storage, const std::string& path, JournalVisitor& visitor);

/// Why the journal cannot be carried on, or what is wrong with it although it can, as a sentence or two for a person;
/// empty when it is whole.
std::string describe(const JournalReport& report, const std::string& path);

}  // namespace atonce
