#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "atonce/results/journal.h"
#include "atonce/results/journal_encoder.h"
#include "atonce/results/journal_reader.h"
#include "atonce/results/storage.h"

namespace atonce {

/// Appends records to a journal. What is added waits in memory until `write`; it is in the kernel then, and on the disk
/// after `sync`. In the steady state nothing is allocated. Not for several threads at once.
///
/// The first failure is final: every later `write` and `sync` returns it again and leaves the file alone. What a failed
/// write left behind is cut off again where the disk permits; where it does not, the next reader ends before it.
class JournalWriter {
 public:
  /// Makes a new journal with its header, on the disk when this returns, its name too. EEXIST: one is there.
  static Result<std::unique_ptr<JournalWriter>> create(Storage& storage, const std::string& path, const RunId& run);
  /// Carries on at `end`, which `read_journal` returned: what stands behind it is cut off.
  static Result<std::unique_ptr<JournalWriter>> carry_on(Storage& storage, const std::string& path,
                                                         const JournalEnd& end);

  /// Must come before the first outcome of a process. `begin` is the session's beginning on the clock of the outcomes'
  /// instants.
  void add_session(const JournalSession& session, Instant begin);
  void add(const Outcome& outcome, EntryKind kind);
  void add_lap(std::uint32_t lap);  ///< Lap 2, 3, ... begins.
  void add_checkpoint(const JournalCheckpoint& checkpoint);
  void add_closed(const JournalClosed& closed);

  /// Hands everything added to the kernel, as one frame or a few. Returns 0 or the errno that keeps it out.
  [[nodiscard]] int write();
  /// What was written reaches the disk. Same returns. Does not write first.
  [[nodiscard]] int sync();

  std::uint64_t finals() const { return finals_; }  ///< final entries added, those of earlier sessions too
  std::uint64_t bytes() const { return written_; }  ///< of the file, without what waits
  std::uint64_t bytes_synced() const { return synced_; }
  std::size_t bytes_waiting() const { return encoder_.bytes(); }
  int error() const { return error_; }  ///< why writing ended; 0 while it goes on

 private:
  JournalWriter(Storage& storage, std::unique_ptr<StoredFile> file, const JournalEnd& end);
  int fail(int error);

  Storage& storage_;
  std::unique_ptr<StoredFile> file_;
  JournalEncoder encoder_;
  std::uint64_t written_;
  std::uint64_t synced_;
  std::uint64_t finals_;
  int error_ = 0;
};

}  // namespace atonce
