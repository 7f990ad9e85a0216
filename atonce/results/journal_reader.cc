#include "atonce/results/journal_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/model/escape.h"
#include "atonce/results/digest.h"
#include "atonce/results/journal_frame.h"
#include "atonce/results/journal_records.h"

namespace atonce {
namespace {

constexpr std::size_t read_bytes = 1 << 20;
constexpr std::size_t search_bytes = 64 << 10;  ///< looked through at once: well inside a read
/// Looking for a frame behind the damage costs at most as much as reading so many bytes, also in a file made to be
/// slow.
constexpr std::uint64_t search_hashed_max = 64 << 20;

/// A part of a file in memory that moves forward over it.
class Window {
 public:
  Window(StoredFile& file, std::uint64_t size) : file_(file), size_(size) {}

  /// The bytes from `offset` on, `count` of them or those that the file has.
  std::string_view at(std::uint64_t offset, std::size_t count) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - std::min(size_, offset)));
    if (offset < begin_ || offset + count > begin_ + filled_) fill(offset, count);
    const std::size_t skipped = std::min<std::size_t>(offset - begin_, filled_);
    return std::string_view(bytes_).substr(skipped, std::min(count, filled_ - skipped));
  }
  std::uint64_t size() const { return size_; }
  int error() const { return error_; }

 private:
  void fill(std::uint64_t offset, std::size_t count) {
    const auto wanted = std::min<std::uint64_t>(std::max(count, read_bytes), size_ - std::min(size_, offset));
    bytes_.resize(std::max(bytes_.size(), static_cast<std::size_t>(wanted)));
    begin_ = offset;
    filled_ = 0;
    const auto got = file_.read_at(offset, std::span(bytes_).first(wanted));
    if (got)
      filled_ = *got;
    else
      error_ = got.error().code;
  }

  StoredFile& file_;
  std::uint64_t size_;
  std::string bytes_;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
  int error_ = 0;
};

/// Hands a frame on and counts.
class Forward final : public RecordSink {
 public:
  Forward(JournalVisitor& visitor, JournalReport& report) : visitor_(visitor), report_(report) {}

  void entry(const JournalEntry& entry) override {
    ++report_.entries;
    if (entry.kind == EntryKind::final) ++report_.end.finals;
    visitor_.entry(entry);
  }
  void checkpoint(const JournalCheckpoint& checkpoint, std::uint64_t) override {
    ++report_.checkpoints;
    visitor_.checkpoint(checkpoint);
  }
  void lap(std::uint32_t lap) override { visitor_.lap(lap); }
  /// A run that was complete and is carried on all the same is so no more.
  void session(const JournalSession& session) override {
    report_.closed = false;
    visitor_.session(session);
  }
  void closed(const JournalClosed& closed) override {
    report_.closed = true;
    visitor_.closed(closed);
  }

 private:
  JournalVisitor& visitor_;
  JournalReport& report_;
};

/// Finds out how much of the journal was once on the disk.
class SyncedMost final : public RecordSink {
 public:
  void checkpoint(const JournalCheckpoint&, std::uint64_t synced) override { most = std::max(most, synced); }
  std::uint64_t most = 0;
};

class Reader {
 public:
  Reader(StoredFile& file, std::uint64_t size, JournalVisitor& visitor, JournalReport& report)
      : window_(file, size), visitor_(visitor), report_(report) {
    report_.bytes_total = size;
  }

  void read() {
    report_.trouble = read_header();
    while (report_.readable() && read_frame()) {
    }
    if (report_.torn()) search_beyond();
    if (window_.error() == 0) return;
    report_.trouble = JournalTrouble::unreadable;
    report_.error = window_.error();
  }

 private:
  JournalTrouble read_header() {
    const std::string_view fixed = window_.at(0, header_fixed_bytes);
    const std::size_t known = std::min(fixed.size(), journal_magic.size());
    if (fixed.substr(0, known) != journal_magic.substr(0, known))
      return std::ranges::all_of(fixed, [](char c) { return c == '\0'; }) ? empty_or_foreign()
                                                                          : JournalTrouble::not_journal;
    if (fixed.size() < header_fixed_bytes) return JournalTrouble::no_header;
    report_.format = load_u32(fixed.data() + 8);
    const std::uint32_t length = load_u32(fixed.data() + 12);
    if (length > header_rest_max) return JournalTrouble::damaged_head;
    const std::size_t signed_bytes = header_fixed_bytes + length;
    const std::string_view header = window_.at(0, signed_bytes + 8);
    if (header.size() < signed_bytes + 8) return JournalTrouble::no_header;
    const std::uint64_t checksum = load_u64(header.data() + signed_bytes);
    if (digest_of(header.substr(0, signed_bytes)) != checksum) return JournalTrouble::damaged_head;
    if (report_.format > journal_format) return JournalTrouble::newer;
    std::string_view rest = header.substr(header_fixed_bytes, length);
    if (rest.size() < report_.end.run.bytes.size()) return JournalTrouble::damaged_head;
    std::memcpy(report_.end.run.bytes.data(), rest.data(), report_.end.run.bytes.size());
    rest.remove_prefix(report_.end.run.bytes.size());
    if (!parse_verdict_names(rest, report_.end.verdicts)) return JournalTrouble::newer;
    report_.end.chain = chain_behind(checksum);
    report_.end.bytes = header.size();
    return JournalTrouble::none;
  }

  /// A power cut may leave a file of zeros where a header was never synced.
  JournalTrouble empty_or_foreign() {
    const std::string_view all = window_.at(0, header_fixed_bytes + header_rest_max);
    const bool zeros = std::ranges::all_of(all, [](char c) { return c == '\0'; });
    return zeros && all.size() == window_.size() ? JournalTrouble::no_header : JournalTrouble::not_journal;
  }

  /// The payload of the frame at `offset`, with its head; empty when there is none.
  std::string_view valid_payload(std::uint64_t offset, FrameHead& head) {
    const std::string_view bytes = window_.at(offset, frame_head_bytes);
    if (bytes.size() < frame_head_bytes) return {};
    const auto found = load_head(bytes);
    if (!found) return {};
    head = *found;
    const std::string_view payload = window_.at(offset + frame_head_bytes, head.length);
    hashed_ += payload.size();
    if (payload.size() < head.length) return {};
    const bool fits = frame_checksum(report_.end.run, offset, head.chain, payload) == head.checksum;
    return fits ? payload : std::string_view();
  }

  /// Shows the frame at the end of what was read, if there is one.
  bool read_frame() {
    FrameHead head;
    const std::string_view payload = valid_payload(report_.end.bytes, head);
    if (payload.empty() || head.chain != report_.end.chain) return false;
    std::vector<Verdict> verdicts = report_.end.verdicts;
    RecordSink nobody;
    if (!decoder_.decode(payload, verdicts, nobody)) {
      report_.trouble = JournalTrouble::newer;
      return false;
    }
    Forward forward(visitor_, report_);
    decoder_.decode(payload, report_.end.verdicts, forward);
    report_.end.bytes += frame_head_bytes + payload.size();
    report_.end.chain = chain_behind(head.checksum);
    return true;
  }

  /// Looks for frames behind the first invalid one.
  void search_beyond() {
    std::array<char, 4> mark{};
    std::memcpy(mark.data(), &frame_mark, mark.size());
    hashed_ = 0;
    for (std::uint64_t offset = report_.end.bytes; offset < window_.size() && hashed_ < search_hashed_max;) {
      const std::string_view bytes = window_.at(offset, search_bytes);
      const std::size_t found = bytes.find(std::string_view(mark.data(), mark.size()));
      if (found == bytes.npos) {
        if (bytes.size() < search_bytes) return;
        offset += bytes.size() - mark.size() + 1;
        continue;
      }
      offset += found;
      if (check_beyond(offset)) return;
      ++offset;
    }
  }

  /// True when nothing more is to be found out.
  bool check_beyond(std::uint64_t offset) {
    FrameHead head;
    const std::string_view payload = valid_payload(offset, head);
    if (payload.empty()) return false;
    report_.frame_beyond = true;
    std::vector<Verdict> verdicts = report_.end.verdicts;
    SyncedMost synced;
    decoder_.decode(payload, verdicts, synced);
    report_.synced_beyond = report_.synced_beyond || synced.most > report_.end.bytes;
    return report_.synced_beyond;
  }

  Window window_;
  JournalVisitor& visitor_;
  JournalReport& report_;
  RecordDecoder decoder_;
  std::uint64_t hashed_ = 0;
};

std::string describe_tail(const JournalReport& report, std::string_view path) {
  const std::uint64_t lost = report.bytes_total - report.end.bytes;
  if (report.synced_beyond)
    return fmt::format(
        "the journal \"{}\" is damaged at byte {}, in a part that was safe on the disk: its last {} bytes cannot be "
        "used, and what they told is found out again; check the disk",
        path, report.end.bytes, lost);
  if (report.frame_beyond)
    return fmt::format(
        "the journal \"{}\" has a gap at byte {}, as a power cut leaves it: its last {} bytes cannot be used, and what "
        "they told is found out again",
        path, report.end.bytes, lost);
  return fmt::format("the last {} bytes of the journal \"{}\" were not written to their end, and are cut off", lost,
                     path);
}

}  // namespace

JournalReport read_journal(Storage& storage, const std::string& path, JournalVisitor& visitor) {
  JournalReport report;
  const auto fail = [&](Error error) {
    report.trouble = JournalTrouble::unreadable;
    report.error = error.code;
    return report;
  };
  auto file = storage.open(path, Opening::read);
  if (!file) return fail(file.error());
  const auto size = (*file)->size();
  if (!size) return fail(size.error());
  Reader(**file, *size, visitor, report).read();
  return report;
}

std::string describe(const JournalReport& report, const std::string& path) {
  const std::string name = escape_for_terminal(path);
  switch (report.trouble) {
    case JournalTrouble::none: return report.torn() ? describe_tail(report, name) : std::string();
    case JournalTrouble::no_header:
      return fmt::format("the journal \"{}\" has not even its header: the run died as it began, start it anew", name);
    case JournalTrouble::not_journal: return fmt::format("\"{}\" is not a journal of atonce", name);
    case JournalTrouble::newer:
      if (report.format > journal_format)
        return fmt::format(
            "the journal \"{}\" was made by a newer atonce: it has format {}, this one reads {}; carry it on with that "
            "atonce",
            name, report.format, journal_format);
      return fmt::format(
          "the journal \"{}\" has words that this atonce does not know; carry it on with the newer one that wrote it",
          name);
    case JournalTrouble::damaged_head:
      return fmt::format("the journal \"{}\" has a damaged header and cannot be trusted: start the run anew", name);
    case JournalTrouble::unreadable:
      return fmt::format("the journal \"{}\" cannot be read: {}", name, std::strerror(report.error));
  }
  return {};
}

}  // namespace atonce
