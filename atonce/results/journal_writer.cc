#include "atonce/results/journal_writer.h"

#include <algorithm>
#include <cerrno>

namespace atonce {
namespace {

/// The codes of the file are those of this program.
bool are_current(const std::vector<Verdict>& verdicts) {
  return std::ranges::equal(verdicts, all_verdicts, {}, {}, &VerdictRow::verdict);
}

int cut(Storage& storage, StoredFile& file, std::uint64_t bytes) {
  const auto size = file.size();
  if (!size) return size.error().code;
  if (*size < bytes) return EIO;  // Shorter than when it was read: somebody else is at work on it.
  if (*size == bytes) return 0;
  storage.reached("before-journal-truncate");
  if (const int error = file.truncate(bytes)) return error;
  storage.reached("after-journal-truncate");
  return 0;
}

}  // namespace

JournalWriter::JournalWriter(Storage& storage, std::unique_ptr<StoredFile> file, const JournalEnd& end)
    : storage_(storage),
      file_(std::move(file)),
      encoder_(end.run, end.bytes, end.chain),
      written_(end.bytes),
      synced_(end.bytes),
      finals_(end.finals) {
  if (!are_current(end.verdicts)) encoder_.add_verdict_names();
}

Result<std::unique_ptr<JournalWriter>> JournalWriter::create(Storage& storage, const std::string& path,
                                                             const RunId& run) {
  auto file = storage.open(path, Opening::create);
  if (!file) return std::unexpected(file.error());
  const JournalHeader header = write_journal_header(run);
  JournalEnd end{.run = run, .bytes = header.bytes.size(), .chain = header.chain};
  for (const VerdictRow& row : all_verdicts) end.verdicts.push_back(row.verdict);
  int error = (*file)->append(header.bytes);
  if (error == 0) error = (*file)->sync();
  if (error == 0) error = storage.sync_directory(parent_of(path));
  if (error != 0) return std::unexpected(Error{error});
  return std::unique_ptr<JournalWriter>(new JournalWriter(storage, std::move(*file), end));
}

/// What is kept is synced too: the process that wrote it may have been killed before it came to that.
Result<std::unique_ptr<JournalWriter>> JournalWriter::carry_on(Storage& storage, const std::string& path,
                                                               const JournalEnd& end) {
  if (!storage.exists(path)) return std::unexpected(Error{ENOENT});
  auto file = storage.open(path, Opening::append);
  if (!file) return std::unexpected(file.error());
  int error = cut(storage, **file, end.bytes);
  if (error == 0) error = (*file)->sync();
  if (error != 0) return std::unexpected(Error{error});
  return std::unique_ptr<JournalWriter>(new JournalWriter(storage, std::move(*file), end));
}

void JournalWriter::add_session(const JournalSession& session, Instant begin) { encoder_.add_session(session, begin); }

void JournalWriter::add(const Outcome& outcome, EntryKind kind) {
  encoder_.add(outcome, kind);
  if (kind == EntryKind::final) ++finals_;
}

void JournalWriter::add_lap(std::uint32_t lap) { encoder_.add_lap(lap); }
void JournalWriter::add_checkpoint(const JournalCheckpoint& checkpoint) {
  encoder_.add_checkpoint(checkpoint, synced_);
}
void JournalWriter::add_closed(const JournalClosed& closed) { encoder_.add_closed(closed); }

int JournalWriter::write() {
  if (error_ != 0 || encoder_.bytes() == 0) return error_;
  const std::string_view frames = encoder_.seal();
  storage_.reached("before-journal-write");
  if (const int error = file_->append(frames)) return fail(error);
  storage_.reached("after-journal-write");
  written_ += frames.size();
  encoder_.clear();
  return 0;
}

int JournalWriter::sync() {
  if (error_ != 0 || synced_ == written_) return error_;
  storage_.reached("before-journal-sync");
  if (const int error = file_->sync()) return error_ = error;
  storage_.reached("after-journal-sync");
  synced_ = written_;
  return 0;
}

/// Whether the cut succeeds or not, the reader finds the same: the frame that did not get there whole is none.
int JournalWriter::fail(int error) {
  error_ = error;
  (void)file_->truncate(written_);
  return error_;
}

}  // namespace atonce
