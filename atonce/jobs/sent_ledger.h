#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/protocols/client/http_request.h"

namespace atonce {

/// What is known of a request, whatever became of its verdict.
enum class SentMark : std::uint8_t {
  none,
  sent,           ///< it may have been
  failed,         ///< it may have been, and it ended its batch
  failed_unsent,  ///< it ended its batch, and nothing of it was sent
};

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

  /// `none` where there is no ledger.
  SentMark at(std::uint64_t index) const;
  /// Errors: as pwrite(2): ENOSPC, EIO, ... Without an open file nothing is done.
  Result<void> mark(std::uint64_t index, SentMark mark);

 private:
  int file_ = -1;
};

/// Marks a request as sent right before it is.
class LedgerGate final : public SendGate {
 public:
  LedgerGate(SentLedger& ledger, std::uint64_t index) : ledger_(ledger), index_(index) {}
  Result<void> about_to_send() override { return ledger_.mark(index_, SentMark::sent); }

 private:
  SentLedger& ledger_;
  std::uint64_t index_;
};

}  // namespace atonce
