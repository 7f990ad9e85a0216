#include "atonce/results/journal_records.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "atonce/model/exchange_codec.h"
#include "atonce/results/journal_cursor.h"
#include "atonce/results/journal_frame.h"

namespace atonce {
namespace {

/// Which fields of an entry stand in its record.
enum Present : std::uint16_t {
  has_error = 1 << 0,
  has_doubts = 1 << 1,
  is_overturned = 1 << 2,
  has_lap = 1 << 3,  ///< not the first
  has_v4 = 1 << 4,
  has_v6 = 1 << 5,
  has_evidence = 1 << 6,
  has_started = 1 << 7,
  has_queue = 1 << 8,
  has_namelookup = 1 << 9,
  has_connect = 1 << 10,
  has_total = 1 << 11,
  total_is_connect = 1 << 12,  ///< the verdict came with the connection: not written twice
  has_attempts = 1 << 13,
  has_exchange = 1 << 14,
  is_literal = 1 << 15,
};

/// Which points in time of an exchange.
enum Reached : std::uint8_t {
  has_appconnect = 1 << 0,
  has_pretransfer = 1 << 1,
  has_starttransfer = 1 << 2,
  all_reached = (1 << 3) - 1,
};

constexpr std::uint64_t us_max = std::uint64_t{1} << 50;  // as journal.cc has it

std::uint8_t* put(std::uint8_t* at, std::uint64_t number) { return put_varint<std::uint8_t>(at, number); }

std::uint8_t* put_signed(std::uint8_t* at, std::int64_t number) { return put(at, zigzag(number)); }

std::uint8_t* put_kind(std::uint8_t* at, RecordKind kind) {
  *at = static_cast<std::uint8_t>(kind);
  return at + 1;
}

std::uint8_t* put_text(std::uint8_t* at, std::string_view text) {
  text = text.substr(0, text_bytes_max);
  at = put(at, text.size());
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::uint8_t* put_address(std::uint8_t* at, const IpAddress& address) {
  const std::size_t size = bytes_of(address.family);
  std::memcpy(at, address.bytes.data(), size);
  return at + size;
}

unsigned present_in(const JournalEntry& entry) {
  const auto when = [](bool holds, Present bit) { return holds ? unsigned{bit} : 0U; };
  const bool same = entry.total_us && entry.total_us == entry.connect_us;
  return when(entry.error != 0, has_error) | when(entry.doubts.any(), has_doubts) |
         when(entry.overturned, is_overturned) | when(entry.lap != 1, has_lap) |
         when(entry.address.family == Family::v4, has_v4) | when(entry.address.family == Family::v6, has_v6) |
         when(entry.evidence != Evidence{}, has_evidence) | when(entry.started_us.has_value(), has_started) |
         when(entry.queue_us.has_value(), has_queue) | when(entry.namelookup_us.has_value(), has_namelookup) |
         when(entry.connect_us.has_value(), has_connect) | when(entry.total_us && !same, has_total) |
         when(same, total_is_connect) | when(!entry.attempts.empty(), has_attempts) |
         when(!entry.exchange.empty(), has_exchange) | when(entry.is_literal, is_literal);
}

std::uint8_t* put_attempt(std::uint8_t* at, const JournalAttempt& attempt) {
  *at++ = static_cast<std::uint8_t>(attempt.address.family);
  at = put_address(at, attempt.address);
  *at++ = static_cast<std::uint8_t>(attempt.verdict);
  at = put_signed(at, attempt.error);
  at = put(at, attempt.syns);
  return put(at, attempt.took_us);
}

std::uint8_t* put_times(std::uint8_t* at, const JournalEntry& entry, unsigned present, RecordContext& context) {
  if (present & has_started) {
    at = put_signed(at, *entry.started_us - context.started_us);
    context.started_us = *entry.started_us;
  }
  if (present & has_queue) at = put(at, *entry.queue_us);
  if (present & has_namelookup) at = put(at, *entry.namelookup_us);
  if (present & has_connect) at = put(at, *entry.connect_us);
  if (present & has_total) at = put(at, *entry.total_us);
  return at;
}

std::uint8_t* put_exchange(std::uint8_t* at, const JournalEntry& entry) {
  at = put(at, entry.exchange.size());
  std::memcpy(at, entry.exchange.data(), entry.exchange.size());
  at += entry.exchange.size();
  const std::array times{entry.appconnect_us, entry.pretransfer_us, entry.starttransfer_us};
  std::uint8_t* reached = at++;
  *reached = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!times[i]) continue;
    *reached = static_cast<std::uint8_t>(*reached | 1 << i);
    at = put(at, *times[i]);
  }
  return at;
}

JournalAttempt take_attempt(Cursor& cursor, const std::vector<Verdict>& verdicts) {
  const std::uint8_t family = cursor.byte();
  if (family > static_cast<std::uint8_t>(Family::v6)) cursor.spoil();
  JournalAttempt attempt;
  if (!cursor.good()) return attempt;
  attempt.address = cursor.address(static_cast<Family>(family));
  attempt.verdict = cursor.verdict(verdicts);
  attempt.error = cursor.error();
  attempt.syns = static_cast<std::uint16_t>(cursor.number(0xFFFF));
  attempt.took_us = cursor.number(us_max);
  return attempt;
}

void take_times(Cursor& cursor, unsigned present, RecordContext& context, JournalEntry& entry) {
  const auto time = [&](Present bit) {
    return (present & bit) != 0 ? std::optional(cursor.number(us_max)) : std::nullopt;
  };
  entry.started_us.reset();
  if (present & has_started) {
    // Bytes of any kind may come here: the sum wraps rather than overflows.
    const auto started = static_cast<std::int64_t>(static_cast<std::uint64_t>(context.started_us) +
                                                   static_cast<std::uint64_t>(cursor.signed_number()));
    constexpr auto most = static_cast<std::int64_t>(us_max);
    if (started < -most || started > most) cursor.spoil();
    entry.started_us = context.started_us = started;
  }
  entry.queue_us = time(has_queue);
  entry.namelookup_us = time(has_namelookup);
  entry.connect_us = time(has_connect);
  entry.total_us = (present & total_is_connect) != 0 ? entry.connect_us : time(has_total);
}

void take_evidence(Cursor& cursor, unsigned present, Evidence& evidence) {
  evidence = {};
  if (!(present & has_evidence)) return;
  evidence.waited_ms = static_cast<std::uint32_t>(cursor.number(~std::uint32_t{0}));
  evidence.lateness_ms = static_cast<std::uint32_t>(cursor.number(~std::uint32_t{0}));
  evidence.drops = static_cast<std::uint32_t>(cursor.number(~std::uint32_t{0}));
  evidence.syns = static_cast<std::uint16_t>(cursor.number(0xFFFF));
}

void take_attempts(Cursor& cursor, unsigned present, const std::vector<Verdict>& verdicts, JournalEntry& entry) {
  entry.attempts.clear();
  if (!(present & has_attempts)) return;
  const std::uint64_t count = cursor.number(journal_attempts_max);
  for (std::uint64_t i = 0; i < count && cursor.good(); ++i) entry.attempts.push_back(take_attempt(cursor, verdicts));
}

void take_exchange(Cursor& cursor, unsigned present, Exchange& room, JournalEntry& entry) {
  entry.exchange.clear();
  for (auto* time : {&entry.appconnect_us, &entry.pretransfer_us, &entry.starttransfer_us}) time->reset();
  if (!(present & has_exchange)) return;
  std::string_view bytes = cursor.take(cursor.number(exchange_bytes_max));
  entry.exchange = bytes;
  const std::uint8_t reached = cursor.byte();
  if (!read_exchange(bytes, room) || !bytes.empty() || reached > all_reached) cursor.spoil();
  if (reached & has_appconnect) entry.appconnect_us = cursor.number(us_max);
  if (reached & has_pretransfer) entry.pretransfer_us = cursor.number(us_max);
  if (reached & has_starttransfer) entry.starttransfer_us = cursor.number(us_max);
}

void take_entry(Cursor& cursor, EntryKind kind, const std::vector<Verdict>& verdicts, RecordContext& context,
                Exchange& room, JournalEntry& entry) {
  entry.kind = kind;
  entry.verdict = cursor.verdict(verdicts);
  const unsigned present = cursor.byte() | static_cast<unsigned>(cursor.byte()) << 8;
  if ((present & has_v4) != 0 && (present & has_v6) != 0) cursor.spoil();
  entry.is_literal = (present & is_literal) != 0;
  context.index += static_cast<std::uint64_t>(cursor.signed_number());
  entry.index = context.index;
  entry.tries = static_cast<std::uint16_t>(cursor.number(0xFFFF));
  entry.lap = (present & has_lap) != 0 ? cursor.byte() : std::uint8_t{1};
  entry.doubts = Doubts((present & has_doubts) != 0 ? cursor.byte() : std::uint8_t{0});
  entry.overturned = (present & is_overturned) != 0;
  entry.error = (present & has_error) != 0 ? cursor.error() : 0;
  entry.address = cursor.address((present & has_v4) != 0   ? Family::v4
                                 : (present & has_v6) != 0 ? Family::v6
                                                           : Family::none);
  take_evidence(cursor, present, entry.evidence);
  take_times(cursor, present, context, entry);
  take_attempts(cursor, present, verdicts, entry);
  take_exchange(cursor, present, room, entry);
}

void take_checkpoint(Cursor& cursor, JournalCheckpoint& checkpoint, std::uint64_t& synced) {
  checkpoint.finals = cursor.number();
  synced = cursor.number();
  checkpoint.outputs.resize(cursor.number(journal_outputs_max));
  for (OutputMark& mark : checkpoint.outputs) {
    mark.bytes = cursor.number();
    const std::string_view digest = cursor.take(8);
    mark.digest = digest.empty() ? 0 : load_u64(digest.data());
  }
}

}  // namespace

std::uint8_t* put_entry(std::uint8_t* at, const JournalEntry& entry, RecordContext& context) {
  const unsigned present = present_in(entry);
  at = put_kind(at, entry.kind == EntryKind::final ? RecordKind::final : RecordKind::tried);
  *at++ = static_cast<std::uint8_t>(entry.verdict);
  *at++ = static_cast<std::uint8_t>(present);
  *at++ = static_cast<std::uint8_t>(present >> 8);
  at = put_signed(at, static_cast<std::int64_t>(entry.index - context.index));
  context.index = entry.index;
  at = put(at, entry.tries);
  if (present & has_lap) *at++ = entry.lap;
  if (present & has_doubts) *at++ = entry.doubts.bits();
  if (present & has_error) at = put_signed(at, entry.error);
  at = put_address(at, entry.address);
  if (present & has_evidence) {
    at = put(at, entry.evidence.waited_ms);
    at = put(at, entry.evidence.lateness_ms);
    at = put(at, entry.evidence.drops);
    at = put(at, entry.evidence.syns);
  }
  at = put_times(at, entry, present, context);
  if (present & has_attempts) at = put(at, entry.attempts.size());
  for (const JournalAttempt& attempt : entry.attempts) at = put_attempt(at, attempt);
  if (present & has_exchange) at = put_exchange(at, entry);
  return at;
}

std::uint8_t* put_lap(std::uint8_t* at, std::uint32_t lap) { return put(put_kind(at, RecordKind::lap), lap); }

std::uint8_t* put_session(std::uint8_t* at, const JournalSession& session) {
  at = put_signed(put_kind(at, RecordKind::session), session.unix_us);
  return put_text(at, session.reason);
}

std::uint8_t* put_checkpoint(std::uint8_t* at, const JournalCheckpoint& checkpoint, std::uint64_t synced) {
  at = put(put_kind(at, RecordKind::checkpoint), checkpoint.finals);
  at = put(at, synced);
  at = put(at, checkpoint.outputs.size());
  for (const OutputMark& mark : checkpoint.outputs) {
    at = put(at, mark.bytes);
    store_u64(at, mark.digest);
    at += 8;
  }
  return at;
}

std::uint8_t* put_closed(std::uint8_t* at, const JournalClosed& closed) {
  return put(put(put_kind(at, RecordKind::closed), closed.targets), closed.finals);
}

std::string write_verdict_names() {
  std::string names(1, static_cast<char>(verdict_count));
  for (const VerdictRow& row : all_verdicts) {
    names += static_cast<char>(row.name.size());
    names += row.name;
  }
  return names;
}

std::uint8_t* put_verdicts(std::uint8_t* at) {
  const std::string names = write_verdict_names();
  at = put_kind(at, RecordKind::verdicts);
  std::memcpy(at, names.data(), names.size());
  return at + names.size();
}

bool parse_verdict_names(std::string_view& text, std::vector<Verdict>& verdicts) {
  Cursor cursor(text);
  verdicts.clear();
  for (std::size_t count = cursor.byte(); count > 0; --count) {
    const std::string_view name = cursor.take(cursor.byte());
    const auto verdict = parse_verdict(name);
    if (!verdict) return false;
    verdicts.push_back(*verdict);
  }
  text = cursor.rest();
  return cursor.good();
}

bool RecordDecoder::decode(std::string_view payload, std::vector<Verdict>& verdicts, RecordSink& sink) {
  Cursor cursor(payload);
  RecordContext context;
  while (!cursor.at_end()) {
    const auto kind = static_cast<RecordKind>(cursor.byte());
    switch (kind) {
      case RecordKind::tried:
      case RecordKind::final:
        take_entry(cursor, kind == RecordKind::final ? EntryKind::final : EntryKind::tried, verdicts, context,
                   exchange_, entry_);
        if (cursor.good()) sink.entry(entry_);
        break;
      case RecordKind::lap: {
        const auto lap = static_cast<std::uint32_t>(cursor.number(~std::uint32_t{0}));
        if (cursor.good()) sink.lap(lap);
        break;
      }
      case RecordKind::session:
        session_.unix_us = cursor.signed_number();
        session_.reason = cursor.text();
        if (cursor.good()) sink.session(session_);
        break;
      case RecordKind::checkpoint: {
        std::uint64_t synced = 0;
        take_checkpoint(cursor, checkpoint_, synced);
        if (cursor.good()) sink.checkpoint(checkpoint_, synced);
        break;
      }
      case RecordKind::closed: {
        JournalClosed closed;
        closed.targets = cursor.number();
        closed.finals = cursor.number();
        if (cursor.good()) sink.closed(closed);
        break;
      }
      case RecordKind::verdicts: {
        std::string_view rest = cursor.rest();
        if (!parse_verdict_names(rest, verdicts)) return false;
        cursor = Cursor(rest);
        break;
      }
      default: return false;
    }
    if (!cursor.good()) return false;
  }
  return true;
}

}  // namespace atonce
