#include "atonce/jobs/sent_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace atonce {

SentLedger::~SentLedger() {
  if (file_ >= 0) close(file_);
}

SentLedger SentLedger::of_run(const RunFolderOptions& run) {
  SentLedger ledger;
  if (run.none || run.path.empty()) return ledger;
  if (!ledger.open(run.path + "/sent"))
    throw std::runtime_error("the ledger of what was sent cannot be kept in " + run.path);
  return ledger;
}

Result<void> SentLedger::open(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return std::unexpected(Error{errno});
  return {};
}

bool SentLedger::has(std::uint64_t index) const {
  char value = 0;
  return file_ >= 0 && pread(file_, &value, 1, static_cast<off_t>(index)) == 1 && value != 0;
}

void SentLedger::unmark(std::uint64_t index) {
  if (has(index)) (void)write(index, 0);
}

Result<void> SentLedger::write(std::uint64_t index, char value) {
  if (file_ < 0) return {};
  ssize_t wrote = 0;
  do wrote = pwrite(file_, &value, 1, static_cast<off_t>(index));
  while (wrote < 0 && errno == EINTR);
  if (wrote != 1) return std::unexpected(Error{wrote < 0 ? errno : EIO});
  return {};
}

}  // namespace atonce
