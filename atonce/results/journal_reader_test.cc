#include "atonce/results/journal_reader.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>

#include "atonce/model/sample_exchange.h"
#include "atonce/results/digest.h"
#include "atonce/results/journal_encoder.h"
#include "atonce/results/journal_frame.h"
#include "atonce/results/journal_sample.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

ReadBack read_bytes(const std::string& bytes) { return read_back(*sample_storage(bytes)); }

/// What was told is the beginning of `sample`, up to the last frame that is whole in its first `bytes` bytes.
void expect_whole_frames(const ReadBack& back, const SampleJournal& sample, std::size_t bytes) {
  SampleJournal::Border last{};
  for (const auto& border : sample.borders)
    if (border.bytes <= bytes) last = border;
  ASSERT_EQ(back.report.end.bytes, last.bytes);
  ASSERT_EQ(back.told.size(), last.told);
  ASSERT_TRUE(std::ranges::equal(back.told, std::span(sample.told).first(last.told)));
}

TEST(JournalReader, TellsAllOfAWholeJournal) {
  const SampleJournal sample = sample_journal();
  const ReadBack back = read_bytes(sample.bytes);
  EXPECT_EQ(back.told, sample.told);
  EXPECT_EQ(back.report.end.bytes, sample.bytes.size());
  EXPECT_EQ(back.report.entries, 18U);
  EXPECT_EQ(back.report.end.finals, 12U);
  EXPECT_EQ(back.report.checkpoints, 3U);
  EXPECT_TRUE(back.report.closed);
  EXPECT_FALSE(back.report.torn());
  EXPECT_EQ(describe(back.report, "journal"), "");
}

TEST(JournalReader, EndsBeforeTheTornFrameWhereverTheFileIsCut) {
  const SampleJournal sample = sample_journal();
  for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
    const ReadBack back = read_bytes(sample.bytes.substr(0, size));
    if (size < sample.borders.front().bytes) {
      ASSERT_EQ(back.report.trouble, JournalTrouble::no_header) << size;
      ASSERT_THAT(back.told, IsEmpty());
      continue;
    }
    ASSERT_EQ(back.report.trouble, JournalTrouble::none) << size;
    expect_whole_frames(back, sample, size);
    ASSERT_FALSE(back.report.frame_beyond);
    ASSERT_FALSE(back.report.closed);
  }
}

TEST(JournalReader, EndsBeforeTheDamagedFrameWhicheverByteIsFlipped) {
  const SampleJournal sample = sample_journal();
  for (std::size_t at = 0; at < sample.bytes.size(); ++at)
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string bytes = sample.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const ReadBack back = read_bytes(bytes);
      if (at < sample.borders.front().bytes) {
        ASSERT_NE(back.report.trouble, JournalTrouble::none) << at;
        ASSERT_NE(describe(back.report, "journal"), "");
        continue;
      }
      ASSERT_EQ(back.report.trouble, JournalTrouble::none) << at;
      expect_whole_frames(back, sample, at);
      ASSERT_EQ(back.report.frame_beyond, at < sample.borders[sample.borders.size() - 2].bytes) << at;
    }
}

TEST(JournalReader, KnowsDamageFromAPowerCut) {
  const SampleJournal sample = sample_journal();
  std::string bytes = sample.bytes;
  bytes[sample.borders[1].bytes - 1] ^= 1;  // The first frame: safe on the disk long before the last checkpoint.
  const ReadBack damaged = read_bytes(bytes);
  EXPECT_TRUE(damaged.report.synced_beyond);
  EXPECT_THAT(describe(damaged.report, "j"), HasSubstr("check the disk"));

  bytes = sample.bytes;
  bytes[sample.borders[sample.borders.size() - 2].bytes - 1] ^= 1;  // The last but one: only the end is behind it.
  const ReadBack reordered = read_bytes(bytes);
  EXPECT_TRUE(reordered.report.frame_beyond);
  EXPECT_FALSE(reordered.report.synced_beyond);
  EXPECT_THAT(describe(reordered.report, "j"), HasSubstr("a gap at byte"));
}

TEST(JournalReader, SaysWhatIsCutOff) {
  const SampleJournal sample = sample_journal();
  EXPECT_THAT(describe(read_bytes(sample.bytes + "abc").report, "run/j"),
              HasSubstr("the last 3 bytes of the journal \"run/j\" were not written to their end"));
}

TEST(JournalReader, NeverTakesAFrameOfAnotherRunForItsOwn) {
  const SampleJournal own = sample_journal(2);
  const SampleJournal other = sample_journal(2, sample_run(2));
  ASSERT_EQ(own.borders[1].bytes, other.borders[1].bytes);
  std::string bytes = own.bytes;
  bytes.replace(own.borders[1].bytes, bytes.npos, other.bytes, own.borders[1].bytes);
  const ReadBack back = read_bytes(bytes);
  EXPECT_EQ(back.report.end.bytes, own.borders[1].bytes);
  EXPECT_FALSE(back.report.frame_beyond);
}

TEST(JournalReader, NeverTakesAFrameAtAnotherPlaceForOneOfThere) {
  const SampleJournal sample = sample_journal(2);
  const std::size_t begin = sample.borders[0].bytes;
  const std::string first = sample.bytes.substr(begin, sample.borders[1].bytes - begin);
  const ReadBack back = read_bytes(sample.bytes.substr(0, sample.borders[1].bytes) + first);
  EXPECT_EQ(back.report.end.bytes, sample.borders[1].bytes);
  EXPECT_FALSE(back.report.frame_beyond);
}

/// Two continuations of one journal, as long as each other: what the disk kept of the first must not follow the second.
TEST(JournalReader, NeverTakesAFrameFromACutOffPastForTheNext) {
  const SampleJournal sample = sample_journal(1);
  const auto continued = [&](const std::string& reason) {
    const auto storage = sample_storage(sample.bytes);
    const ReadBack back = read_back(*storage);
    auto writer = JournalWriter::carry_on(*storage, sample_path, back.report.end);
    for (int frame = 0; frame < 2; ++frame) {
      (*writer)->add_session({.unix_us = 5, .reason = reason}, sample_begin);
      EXPECT_EQ((*writer)->write(), 0);
    }
    return storage->content(sample_path);
  };
  const std::string past = continued("past");
  const std::string present = continued("here");
  ASSERT_EQ(past.size(), present.size());
  const std::size_t middle = sample.bytes.size() + (past.size() - sample.bytes.size()) / 2;
  const ReadBack back = read_bytes(present.substr(0, middle) + past.substr(middle));
  EXPECT_EQ(back.report.end.bytes, middle);
  EXPECT_EQ(std::get<JournalSession>(back.told.back()).reason, "here");
  EXPECT_EQ(read_bytes(present).report.end.bytes, present.size());
}

std::string with_checksum(std::string header) {
  std::array<std::uint8_t, 8> checksum{};
  store_u64(checksum.data(), digest_of(header));
  return header.append(reinterpret_cast<const char*>(checksum.data()), checksum.size());
}

TEST(JournalReader, RefusesANewerFormatByItsName) {
  std::string header = write_journal_header(sample_run()).bytes;
  header.resize(header.size() - 8);
  header[8] = 3;
  const JournalReport report = read_bytes(with_checksum(header)).report;
  EXPECT_EQ(report.trouble, JournalTrouble::newer);
  EXPECT_THAT(describe(report, "j"), HasSubstr("made by a newer atonce: it has format 3, this one reads 2"));
}

TEST(JournalReader, ReadsAndCarriesOnAJournalOfTheFirstFormat) {
  // As an atonce of that time wrote it: other codes for the verdicts, and no exchange.
  std::string header(journal_magic);
  header += std::string("\1\0\0\0", 4) + std::string("\x1e\0\0\0", 4) + std::string(16, '\1');
  header += "\2\6closed\4open";
  header[12] = static_cast<char>(header.size() - header_fixed_bytes);
  header = with_checksum(header);
  const std::string payload("\2\1\0\0\0\1\2\0\0\0\2\1", 12);  // Targets 0 and 1: open, closed.
  const std::uint32_t chain = chain_behind(digest_of(header.substr(0, header.size() - 8)));
  std::array<std::uint8_t, frame_head_bytes> head{};
  store_head(head.data(), {.length = static_cast<std::uint32_t>(payload.size()),
                           .chain = chain,
                           .checksum = frame_checksum(sample_run(), header.size(), chain, payload)});
  const auto storage =
      sample_storage(header + std::string(reinterpret_cast<const char*>(head.data()), head.size()) + payload);
  const JournalReport report = read_back(*storage).report;
  ASSERT_EQ(report.trouble, JournalTrouble::none);
  auto writer = JournalWriter::carry_on(*storage, sample_path, report.end);
  ASSERT_TRUE(writer);
  Outcome fetched{.target = {.index = 2}, .verdict = Verdict::ok, .exchange = sample_exchange()};
  (*writer)->add(fetched, EntryKind::final);
  EXPECT_EQ((*writer)->write(), 0);
  const ReadBack back = read_back(*storage);
  ASSERT_EQ(back.told.size(), 3u);
  const std::array wanted{Verdict::open, Verdict::closed, Verdict::ok};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(std::get<JournalEntry>(back.told[i]).verdict, wanted[i]);
  EXPECT_EQ(back.told[2], Told(entry_of(fetched)));
}

TEST(JournalReader, RefusesAnExchangeThatIsNone) {
  JournalEntry entry = entry_of({.exchange = sample_exchange()});
  for (const std::string& damaged : {entry.exchange + "x", entry.exchange.substr(1), std::string(1, '\xff')}) {
    entry.exchange = damaged;
    JournalEncoder encoder(sample_run(), 0, 0);
    encoder.add(entry);
    std::vector<Verdict> verdicts{Verdict::open};
    RecordSink nobody;
    RecordDecoder decoder;
    EXPECT_FALSE(decoder.decode(encoder.seal().substr(frame_head_bytes), verdicts, nobody));
  }
}

TEST(JournalReader, RefusesVerdictsThatItDoesNotKnow) {
  std::string header = write_journal_header(sample_run()).bytes;
  header.resize(header.size() - 8);
  header.replace(header.find("closed"), 6, "ajarly");
  const JournalReport report = read_bytes(with_checksum(header)).report;
  EXPECT_EQ(report.trouble, JournalTrouble::newer);
  EXPECT_THAT(describe(report, "j"), HasSubstr("words that this atonce does not know"));
}

TEST(JournalReader, RefusesRecordsThatItDoesNotKnow) {
  const JournalHeader header = write_journal_header(sample_run());
  const std::string payload = "\x63 a record of days to come";
  std::array<std::uint8_t, frame_head_bytes> head{};
  store_head(head.data(), {.length = static_cast<std::uint32_t>(payload.size()),
                           .chain = header.chain,
                           .checksum = frame_checksum(sample_run(), header.bytes.size(), header.chain, payload)});
  const JournalReport report =
      read_bytes(header.bytes + std::string(reinterpret_cast<const char*>(head.data()), head.size()) + payload).report;
  EXPECT_EQ(report.trouble, JournalTrouble::newer);
}

TEST(JournalReader, ReadsVerdictsByTheNamesThatTheirFileGivesThem) {
  // A file of an atonce whose first two verdicts stood the other way round.
  const SampleJournal sample = sample_journal(1);
  std::string header = write_journal_header(sample_run()).bytes;
  header.resize(header.size() - 8);
  header.replace(header.find("\x04open\x02ok"), 8, "\x02ok\x04open");
  header = with_checksum(header);
  const auto storage = sample_storage(header);
  JournalEnd end = read_back(*storage).report.end;
  ASSERT_EQ(end.verdicts[0], Verdict::ok);

  // Written there, a verdict is read as what it is: the writer says first that its codes are others.
  auto writer = JournalWriter::carry_on(*storage, sample_path, end);
  (*writer)->add({.verdict = Verdict::open}, EntryKind::final);
  ASSERT_EQ((*writer)->write(), 0);
  const ReadBack back = read_back(*storage);
  EXPECT_EQ(std::get<JournalEntry>(back.told.back()).verdict, Verdict::open);
  EXPECT_EQ(back.report.end.verdicts[0], Verdict::open);

  // And bare codes mean what the header says.
  JournalEncoder encoder(end.run, end.bytes, end.chain);
  encoder.add(entry_of({.verdict = Verdict::open}));
  const ReadBack bare = read_bytes(header + std::string(encoder.seal()));
  ASSERT_EQ(bare.told.size(), 1U);
  EXPECT_EQ(std::get<JournalEntry>(bare.told.back()).verdict, Verdict::ok);
}

TEST(JournalReader, RefusesWhatIsNoJournal) {
  EXPECT_EQ(read_bytes("{\"schema\":1}\n{\"schema\":1}\n").report.trouble, JournalTrouble::not_journal);
  EXPECT_EQ(read_bytes(std::string(100'000, '\0') + "x").report.trouble, JournalTrouble::not_journal);
  EXPECT_THAT(describe(read_bytes("no journal").report, "my\x1bpath"), HasSubstr("is not a journal of atonce"));
}

TEST(JournalReader, TakesNothingAndZerosForARunThatDiedAtItsBeginning) {
  EXPECT_EQ(read_bytes("").report.trouble, JournalTrouble::no_header);
  EXPECT_EQ(read_bytes(std::string(300, '\0')).report.trouble, JournalTrouble::no_header);
}

TEST(JournalReader, SaysThatAFileIsNotThere) {
  MemoryStorage storage;
  const JournalReport report = read_back(storage, "nowhere").report;
  EXPECT_EQ(report.trouble, JournalTrouble::unreadable);
  EXPECT_EQ(report.error, ENOENT);
}

TEST(JournalReader, IsQuickInAFileMadeToBeSlow) {
  // A frame of the greatest length seems to begin everywhere.
  std::string bytes = write_journal_header(sample_run()).bytes;
  std::array<std::uint8_t, frame_head_bytes> head{};
  store_head(head.data(), {.length = frame_payload_max});
  for (int i = 0; i < 200'000; ++i) bytes.append(reinterpret_cast<const char*>(head.data()), head.size());
  const ReadBack back = read_bytes(bytes);
  EXPECT_THAT(back.told, IsEmpty());
  EXPECT_FALSE(back.report.frame_beyond);
}

TEST(JournalReader, ReadsAcrossTheBordersOfItsWindow) {
  MemoryStorage storage;
  auto writer = JournalWriter::create(storage, "journal", sample_run());
  SampleOutcomes outcomes;
  constexpr std::uint64_t count = 100'000;  // some 3 MiB
  for (std::uint64_t i = 0; i < count; ++i) {
    (*writer)->add(outcomes.next(), EntryKind::final);
    if (i % 777 == 0) ASSERT_EQ((*writer)->write(), 0);
  }
  ASSERT_EQ((*writer)->write(), 0);
  SampleOutcomes again;
  class Check final : public JournalVisitor {
   public:
    explicit Check(SampleOutcomes& expected) : expected_(expected) {}
    void entry(const JournalEntry& entry) override {
      JournalEntry other;
      journal_entry_of(expected_.next(), EntryKind::final, {}, other);
      wrong += entry == other ? 0U : 1U;
    }
    std::uint64_t wrong = 0;

   private:
    SampleOutcomes& expected_;
  } check(again);
  const JournalReport report = read_journal(storage, "journal", check);
  EXPECT_EQ(report.entries, count);
  EXPECT_EQ(check.wrong, 0U);
  EXPECT_FALSE(report.torn());
}

}  // namespace
}  // namespace atonce
