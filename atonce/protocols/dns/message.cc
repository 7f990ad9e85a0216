#include "atonce/protocols/dns/message.h"

#include <ares.h>

#include <algorithm>
#include <cstring>

namespace atonce {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t header_bytes = 12;
constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t type_soa = 6;
constexpr std::uint16_t type_opt = 41;
constexpr std::uint16_t class_in = 1;
constexpr std::size_t name_wire_max = 255;
constexpr int rcode_name_error = 3;

std::uint8_t u8(Bytes from, std::size_t at) { return std::to_integer<std::uint8_t>(from[at]); }
std::uint16_t u16(Bytes from, std::size_t at) {
  return static_cast<std::uint16_t>(u8(from, at) << 8 | u8(from, at + 1));
}
std::uint32_t u32(Bytes from, std::size_t at) { return std::uint32_t{u16(from, at)} << 16 | u16(from, at + 2); }

std::uint8_t lower(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte + 32) : byte;
}

// Lengths are below 64, so folding the case of all bytes of a name changes none of them.
bool same_folded(Bytes a, Bytes b) {
  return std::ranges::equal(a, b, [](std::byte x, std::byte y) {
    return lower(std::to_integer<std::uint8_t>(x)) == lower(std::to_integer<std::uint8_t>(y));
  });
}

/// Walks the labels of a perhaps compressed name. A pointer must lead to before the run of labels it ends, so every
/// walk comes to an end: RFC 1035 4.1.4 ("a prior occurrence").
class NameWalk {
 public:
  NameWalk(Bytes message, std::size_t at) : message_(message), at_(at), run_(at) {}

  /// The next label; empty at the root; nothing when the name is malformed.
  std::optional<Bytes> next() {
    while (at_ < message_.size()) {
      const std::uint8_t length = u8(message_, at_);
      if (length >= 0xc0) {
        if (at_ + 1 >= message_.size()) return std::nullopt;
        const std::size_t target = u16(message_, at_) & 0x3fff;
        if (target >= run_) return std::nullopt;
        at_ = run_ = target;
        continue;
      }
      if (length >= 0x40 || at_ + 1 + length > message_.size()) return std::nullopt;
      wire_bytes_ += 1 + std::size_t{length};
      if (wire_bytes_ > name_wire_max) return std::nullopt;
      const Bytes label = message_.subspan(at_ + 1, length);
      at_ += 1 + std::size_t{length};
      return label;
    }
    return std::nullopt;
  }

  /// Where the walk stands, past pointers: equal places are equal names.
  std::size_t place() {
    while (at_ + 1 < message_.size() && u8(message_, at_) >= 0xc0) {
      const std::size_t target = u16(message_, at_) & 0x3fff;
      if (target >= run_) break;
      at_ = run_ = target;
    }
    return at_;
  }

 private:
  Bytes message_;
  std::size_t at_;
  std::size_t run_;
  std::size_t wire_bytes_ = 0;
};

/// The first byte after the name at `at`; nothing when it is malformed. A pointer is not followed.
std::optional<std::size_t> skip_name(Bytes message, std::size_t at) {
  for (std::size_t bytes = 0; at < message.size() && bytes <= name_wire_max;) {
    const std::uint8_t length = u8(message, at);
    if (length >= 0xc0) return at + 2 <= message.size() ? std::optional(at + 2) : std::nullopt;
    if (length >= 0x40) return std::nullopt;
    bytes += 1 + std::size_t{length};
    at += 1 + std::size_t{length};
    if (length == 0) return at;
  }
  return std::nullopt;
}

/// Malformed names equal nothing.
bool same_name(Bytes message, std::size_t a, std::size_t b) {
  NameWalk left(message, a);
  NameWalk right(message, b);
  while (true) {
    if (left.place() == right.place()) return true;
    const std::optional<Bytes> label = left.next();
    const std::optional<Bytes> other = right.next();
    if (!label || !other || !same_folded(*label, *other)) return false;
    if (label->empty()) return true;
  }
}

struct Record {
  std::size_t name = 0;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
  std::uint32_t ttl_s = 0;
  std::size_t data = 0;
  std::size_t data_bytes = 0;

  std::size_t end() const { return data + data_bytes; }
};

std::optional<Record> read_record(Bytes message, std::size_t at) {
  const std::optional<std::size_t> fixed = skip_name(message, at);
  if (!fixed || *fixed + 10 > message.size()) return std::nullopt;
  Record record{.name = at, .type = u16(message, *fixed), .record_class = u16(message, *fixed + 2)};
  const std::uint32_t ttl = u32(message, *fixed + 4);
  record.ttl_s = ttl > 0x7fffffff ? 0 : ttl;  // RFC 2181 8.
  record.data = *fixed + 10;
  record.data_bytes = u16(message, *fixed + 8);
  if (record.end() > message.size()) return std::nullopt;
  return record;
}

/// What the answer section says of the asked name.
struct Found {
  Addresses addresses;
  std::size_t owner = header_bytes;  ///< The asked name, then what it is an alias of.
  std::uint32_t ttl_s = 0x7fffffff;
  int links = 0;
  bool malformed = false;
};

IpAddress address_of(Bytes data) {
  IpAddress address{.family = data.size() == 4 ? Family::v4 : Family::v6};
  std::memcpy(address.bytes.data(), data.data(), data.size());
  return address;
}

/// One pass over the answers, following aliases that come in order. Gives where the section ends.
std::size_t pass_answers(Bytes message, std::size_t at, std::uint16_t type, Found& found) {
  const std::size_t address_bytes = type == static_cast<std::uint16_t>(RecordType::a) ? 4 : 16;
  for (int left = u16(message, 6); left > 0; --left) {
    const std::optional<Record> record = read_record(message, at);
    if (!record) {
      found.malformed = true;
      return at;
    }
    at = record->end();
    if (record->record_class != class_in || (record->type != type && record->type != type_cname)) continue;
    if (!same_name(message, record->name, found.owner)) continue;
    found.ttl_s = std::min(found.ttl_s, record->ttl_s);
    if (record->type == type_cname) {
      found.owner = record->data;
      if (++found.links > alias_links_max) return at;
    } else if (record->data_bytes != address_bytes) {
      found.malformed = true;
      return at;
    } else if (found.addresses.size() < addresses_max) {
      found.addresses.push_back(address_of(message.subspan(record->data, address_bytes)));
    }
  }
  return at;
}

/// The rest of an answer without addresses: how long that holds, and whether an extended code says more.
struct Remainder {
  bool malformed = false;
  bool has_soa = false;
  bool extended_error = false;
  std::uint32_t ttl_s = 0;
};

Remainder read_remainder(Bytes message, std::size_t at) {
  Remainder rest;
  const int authorities = u16(message, 8);
  const int total = authorities + u16(message, 10);
  for (int i = 0; i < total; ++i) {
    const std::optional<Record> record = read_record(message, at);
    if (!record) {
      rest.malformed = true;
      return rest;
    }
    at = record->end();
    if (record->type == type_soa && i < authorities && record->data_bytes >= 22) {
      rest.has_soa = true;
      rest.ttl_s = std::min(record->ttl_s, u32(message, record->end() - 4));  // RFC 2308 5.
    }
    // The upper eight bits of the code stand first in the TTL of an OPT: RFC 6891 6.1.3.
    if (record->type == type_opt) rest.extended_error = rest.extended_error || (record->ttl_s >> 24) != 0;
  }
  return rest;
}

std::string alias_text(Bytes message, std::size_t at) {
  char* text = nullptr;
  long encoded = 0;
  const auto* begin = reinterpret_cast<const unsigned char*>(message.data());
  if (ares_expand_name(begin + at, begin, static_cast<int>(message.size()), &text, &encoded) != ARES_SUCCESS) return {};
  std::string alias(text);
  ares_free_string(text);
  for (char& letter : alias) letter = static_cast<char>(lower(static_cast<std::uint8_t>(letter)));
  return alias;
}

ReplyKind kind_of_code(int code) {
  switch (code) {
    case 1:
    case 4: return ReplyKind::format_error;
    case 5: return ReplyKind::refused;
    default: return ReplyKind::server_failure;
  }
}

Reply read_negative(Bytes message, std::size_t at, const Found& found, bool name_exists) {
  const Remainder rest = read_remainder(message, at);
  if (rest.malformed) return {.kind = ReplyKind::invalid};
  if (rest.extended_error) return {.kind = ReplyKind::server_failure};
  const std::uint32_t ttl_s = std::min(rest.ttl_s, found.ttl_s);
  if (!name_exists) return {.kind = ReplyKind::no_name, .ttl_s = ttl_s};
  if (found.links == 0 || rest.has_soa) return {.kind = ReplyKind::no_address, .ttl_s = ttl_s};
  std::string alias = alias_text(message, found.owner);
  if (alias.empty()) return {.kind = ReplyKind::invalid};
  return {.kind = ReplyKind::alias, .ttl_s = found.ttl_s, .alias = std::move(alias)};
}

}  // namespace

std::uint16_t Query::id() const { return u16(bytes(), 0); }

void Query::set_id(std::uint16_t id) {
  bytes_[0] = static_cast<std::byte>(id >> 8);
  bytes_[1] = static_cast<std::byte>(id & 0xff);
}

std::optional<Query> make_query(std::string_view name, RecordType type, bool edns) {
  std::array<char, name_wire_max + 2> text;
  if (name.empty() || name == "." || name.size() >= text.size() || name.contains('\0')) return std::nullopt;
  std::ranges::copy(name, text.begin());
  text[name.size()] = '\0';
  unsigned char* made = nullptr;
  int size = 0;
  if (ares_create_query(text.data(), class_in, static_cast<int>(type), 0, 1, &made, &size,
                        edns ? static_cast<int>(datagram_bytes_max) : 0) != ARES_SUCCESS)
    return std::nullopt;
  std::optional<Query> query;
  if (const auto bytes = static_cast<std::size_t>(size); bytes <= sizeof(Query::bytes_)) {
    query.emplace();
    std::memcpy(query->bytes_.data(), made, bytes);
    query->size_ = static_cast<std::uint16_t>(bytes);
    query->question_bytes_ = static_cast<std::uint16_t>(bytes - header_bytes - (edns ? 11 : 0));
  }
  ares_free_string(made);
  return query;
}

std::optional<std::uint16_t> message_id(Bytes message) {
  if (message.size() < header_bytes) return std::nullopt;
  return u16(message, 0);
}

bool answers(Bytes message, const Query& query) {
  if (message.size() < header_bytes) return false;
  const std::uint8_t flags = u8(message, 2);
  if ((flags & 0x80) == 0 || (flags & 0x78) != 0) return false;  // A response, to a standard query.
  const int code = u8(message, 3) & 0x0f;
  const std::uint16_t questions = u16(message, 4);
  if (questions == 0) return code != 0 && code != rcode_name_error;
  const Bytes asked = query.question();
  return questions == 1 && message.size() >= header_bytes + asked.size() &&
         same_folded(message.subspan(header_bytes, asked.size()), asked);
}

Reply read_reply(Bytes message, const Query& query) {
  const int code = u8(message, 3) & 0x0f;
  const bool truncated = (u8(message, 2) & 0x02) != 0;
  if (code != 0 && code != rcode_name_error) return {.kind = kind_of_code(code)};
  if (truncated) return {.kind = ReplyKind::truncated};
  const Bytes asked = query.question();
  const std::size_t answers_at = header_bytes + asked.size();

  Found found;
  std::size_t end = answers_at;
  // Aliases out of order need a further pass each; in order one is enough.
  for (int links = -1; links != found.links && found.addresses.empty() && !found.malformed;) {
    links = found.links;
    if (links > alias_links_max) return {.kind = ReplyKind::invalid};
    end = pass_answers(message, answers_at, u16(asked, asked.size() - 4), found);
  }
  if (found.malformed || found.links > alias_links_max) return {.kind = ReplyKind::invalid};
  if (found.addresses.empty() || code == rcode_name_error) return read_negative(message, end, found, code == 0);
  return {.kind = ReplyKind::addresses, .ttl_s = found.ttl_s, .addresses = std::move(found.addresses)};
}

}  // namespace atonce
