// A journal of any bytes is read without a crash, and only whole frames count: what is kept of it reads the same again,
// and can be carried on. The first byte says what the rest is: a whole file, or the payload of a frame in a sound one.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/results/journal_encoder.h"
#include "atonce/results/journal_frame.h"
#include "atonce/results/journal_reader.h"
#include "atonce/results/journal_records.h"
#include "atonce/results/journal_writer.h"
#include "atonce/results/memory_storage.h"
#include "atonce/results/row_fields.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view path = "journal";

/// Each entry means the same when it is written and read again, and becomes an outcome that can be told.
class Check final : public JournalVisitor {
 public:
  void entry(const JournalEntry& entry) override {
    ++entries;
    std::vector<std::uint8_t> room(entry_bytes_max(entry));
    RecordContext context;
    const std::uint8_t* end = put_entry(room.data(), entry, context);
    require(static_cast<std::size_t>(end - room.data()) <= room.size());
    std::vector<Verdict> verdicts;
    for (const VerdictRow& row : all_verdicts) verdicts.push_back(row.verdict);
    Same same(entry);
    RecordDecoder decoder;
    const auto* bytes = reinterpret_cast<const char*>(room.data());
    require(decoder.decode({bytes, static_cast<std::size_t>(end - room.data())}, verdicts, same));
    require(same.seen == 1);
    Outcome outcome;
    restore(entry, outcome);
    const RowTimes times = times_of(outcome);
    require(times.total.has_value() == (entry.started_us && entry.total_us));
    require(!times.total || times.total->count() == static_cast<std::int64_t>(*entry.total_us * 1'000));
  }
  void checkpoint(const JournalCheckpoint& checkpoint) override {
    require(checkpoint.outputs.size() <= journal_outputs_max);
  }

  std::uint64_t entries = 0;

 private:
  class Same final : public RecordSink {
   public:
    explicit Same(const JournalEntry& first) : first_(first) {}
    void entry(const JournalEntry& again) override {
      require(again == first_);
      ++seen;
    }
    int seen = 0;

   private:
    const JournalEntry& first_;
  };
};

JournalReport read(MemoryStorage& storage) {
  Check check;
  const JournalReport report = read_journal(storage, std::string(path), check);
  require(check.entries == report.entries);
  require(report.end.bytes <= report.bytes_total);
  require(describe(report, "journal").empty() == (report.readable() && !report.torn()));
  return report;
}

void check_file(std::string bytes) {
  MemoryStorage storage;
  storage.put(std::string(path), std::move(bytes));
  const JournalReport report = read(storage);
  if (!report.readable()) return;
  auto writer = JournalWriter::carry_on(storage, std::string(path), report.end);
  require(writer.has_value());
  const JournalReport kept = read(storage);
  require(!kept.torn() && kept.entries == report.entries && kept.end.chain == report.end.chain);
  (*writer)->add({.target = {.index = 5}}, EntryKind::final);
  require((*writer)->write() == 0);
  const JournalReport longer = read(storage);
  require(longer.readable() && !longer.torn() && longer.entries == report.entries + 1);
}

std::string file_around(std::string_view payload) {
  const RunId run{};
  const JournalHeader header = write_journal_header(run);
  std::array<std::uint8_t, frame_head_bytes> head{};
  store_head(head.data(), {.length = static_cast<std::uint32_t>(payload.size()),
                           .chain = header.chain,
                           .checksum = frame_checksum(run, header.bytes.size(), header.chain, payload)});
  std::string file = header.bytes;
  file.append(reinterpret_cast<const char*>(head.data()), head.size());
  return file += payload;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'f')
    check_file(std::string(rest));
  else
    check_file(file_around(rest));
  return 0;
}
