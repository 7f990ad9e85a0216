#include "atonce/results/journal_encoder.h"

#include <algorithm>
#include <cstring>

#include "atonce/model/exchange_codec.h"
#include "atonce/results/digest.h"
#include "atonce/results/journal_frame.h"

namespace atonce {

static_assert(frame_payload_usual + entry_bytes_max(journal_attempts_max, exchange_bytes_max) <= frame_payload_max);

JournalEncoder::JournalEncoder(const RunId& run, std::uint64_t offset, std::uint32_t chain)
    : run_(run), offset_(offset), chain_(chain) {}

void JournalEncoder::add_session(const JournalSession& session, Instant begin) {
  session_begin_ = begin;
  end_record(put_session(begin_record(small_bytes_max), session));
}

void JournalEncoder::add(const Outcome& outcome, EntryKind kind) {
  journal_entry_of(outcome, kind, session_begin_, entry_);
  add(entry_);
}

void JournalEncoder::add(const JournalEntry& entry) {
  std::uint8_t* record = begin_record(entry_bytes_max(entry));
  end_record(put_entry(record, entry, context_));
}

void JournalEncoder::add_lap(std::uint32_t lap) { end_record(put_lap(begin_record(small_bytes_max), lap)); }

void JournalEncoder::add_checkpoint(const JournalCheckpoint& checkpoint, std::uint64_t synced) {
  std::uint8_t* record = begin_record(checkpoint_bytes_max(checkpoint.outputs.size()));
  end_record(put_checkpoint(record, checkpoint, synced));
}

void JournalEncoder::add_closed(const JournalClosed& closed) {
  end_record(put_closed(begin_record(small_bytes_max), closed));
}

void JournalEncoder::add_verdict_names() {
  end_record(put_verdicts(begin_record(small_bytes_max + write_verdict_names().size())));
}

std::string_view JournalEncoder::seal() {
  if (frame_open_) close_frame();
  return {reinterpret_cast<const char*>(buffer_.get()), size_};
}

void JournalEncoder::clear() {
  offset_ += size_;
  size_ = 0;
  frame_open_ = false;
}

std::uint8_t* JournalEncoder::begin_record(std::size_t bytes_max) {
  const std::size_t head = frame_open_ ? 0 : frame_head_bytes;
  if (size_ + head + bytes_max > capacity_) grow(size_ + head + bytes_max);
  if (!frame_open_) open_frame();
  return buffer_.get() + size_;
}

void JournalEncoder::end_record(std::uint8_t* end) {
  size_ = static_cast<std::size_t>(end - buffer_.get());
  if (size_ - frame_begin_ - frame_head_bytes >= frame_payload_usual) close_frame();
}

void JournalEncoder::open_frame() {
  frame_open_ = true;
  frame_begin_ = size_;
  size_ += frame_head_bytes;
  context_ = {};
}

void JournalEncoder::close_frame() {
  const std::size_t begin = frame_begin_ + frame_head_bytes;
  const std::string_view payload(reinterpret_cast<const char*>(buffer_.get()) + begin, size_ - begin);
  FrameHead head{.length = static_cast<std::uint32_t>(payload.size()), .chain = chain_};
  head.checksum = frame_checksum(run_, offset_ + frame_begin_, chain_, payload);
  store_head(buffer_.get() + frame_begin_, head);
  chain_ = chain_behind(head.checksum);
  frame_open_ = false;
}

void JournalEncoder::grow(std::size_t bytes) {
  const std::size_t capacity = std::max({bytes, 2 * capacity_, 2 * frame_payload_usual});
  auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), buffer_.get(), size_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
}

JournalHeader write_journal_header(const RunId& run) {
  std::string rest(reinterpret_cast<const char*>(run.bytes.data()), run.bytes.size());
  rest += write_verdict_names();
  JournalHeader header{.bytes = std::string(journal_magic)};
  std::array<std::uint8_t, 8> numbers{};
  store_u32(numbers.data(), journal_format);
  store_u32(numbers.data() + 4, static_cast<std::uint32_t>(rest.size()));
  header.bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size());
  header.bytes += rest;
  const std::uint64_t checksum = digest_of(header.bytes);
  store_u64(numbers.data(), checksum);
  header.bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size());
  header.chain = chain_behind(checksum);
  return header;
}

}  // namespace atonce
