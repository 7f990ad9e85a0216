#pragma once

#include <cstdint>
#include <string>

#include "atonce/model/result.h"

namespace atonce {

/// Which requests may have been sent: a byte for each target of a run, in a file beside its journal, shared by all
/// loops, threads and forked workers. A mark survives the end of the process, `kill -9` too, for it is in the kernel's
/// hands when `mark` returns; a power cut may lose the newest.
///
/// A request that must not be sent twice is marked before anything of it is sent. Whatever has a mark and no verdict in
/// the journal was perhaps sent, and nobody has seen its answer. Source: pwrite(2).
class SentLedger {
 public:
  SentLedger() = default;
  ~SentLedger();
  SentLedger(const SentLedger&) = delete;
  SentLedger& operator=(const SentLedger&) = delete;

  /// Opens or makes the file. Errors: as open(2).
  Result<void> open(const std::string& path);

  /// False where there is no ledger.
  bool has(std::uint64_t index) const;
  /// Errors: as pwrite(2): ENOSPC, EIO, ... Without an open file nothing is done.
  Result<void> mark(std::uint64_t index) { return write(index, 1); }
  /// Nothing of it was sent after all.
  Result<void> unmark(std::uint64_t index) { return write(index, 0); }

 private:
  Result<void> write(std::uint64_t index, char value);

  int file_ = -1;
};

}  // namespace atonce
