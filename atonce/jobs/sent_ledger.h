#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/protocols/client/http_request.h"

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
  SentLedger(SentLedger&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  SentLedger& operator=(SentLedger&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }

  /// That of a run; one that knows nothing where the run is not kept. Throws where it cannot be opened.
  static SentLedger of_run(const RunFolderOptions& run);

  static constexpr std::string_view sent_before = "an earlier session may have sent it, and its answer is not known";

  /// Opens or makes the file. Errors: as open(2).
  Result<void> open(const std::string& path);

  /// False where there is no ledger.
  bool has(std::uint64_t index) const;
  /// Errors: as pwrite(2): ENOSPC, EIO, ... Without an open file nothing is done.
  Result<void> mark(std::uint64_t index) { return write(index, 1); }
  /// Nothing of it was sent after all. Where that cannot be written, it stays one that may have been.
  void unmark(std::uint64_t index);

 private:
  Result<void> write(std::uint64_t index, char value);

  int file_ = -1;
};

/// Marks a request as sent right before it is.
class LedgerGate final : public SendGate {
 public:
  LedgerGate(SentLedger& ledger, std::uint64_t index) : ledger_(ledger), index_(index) {}
  Result<void> about_to_send() override { return ledger_.mark(index_); }

 private:
  SentLedger& ledger_;
  std::uint64_t index_;
};

}  // namespace atonce
