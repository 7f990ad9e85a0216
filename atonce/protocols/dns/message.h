#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/dns/resolver.h"

namespace atonce {

enum class RecordType : std::uint16_t { a = 1, aaaa = 28 };

/// Datagrams we say we take: RFC 6891 6.2.5, the value of the DNS flag day of 2020, which no path fragments.
inline constexpr std::size_t datagram_bytes_max = 1'232;
/// Links of CNAME followed within one answer; more is taken for a loop.
inline constexpr int alias_links_max = 16;

/// One question as it goes over the wire. Source: RFC 1035 4.1, RFC 6891.
class Query {
 public:
  std::span<const std::byte> bytes() const { return {bytes_.data(), size_}; }
  /// The question section alone: name, type, class.
  std::span<const std::byte> question() const { return bytes().subspan(header_bytes, question_bytes_); }
  std::uint16_t id() const;
  void set_id(std::uint16_t id);

 private:
  friend std::optional<Query> make_query(std::string_view name, RecordType type, bool edns);
  static constexpr std::size_t header_bytes = 12;
  // Header, the longest name, type and class, OPT.
  std::array<std::byte, header_bytes + 255 + 4 + 11> bytes_;
  std::uint16_t size_ = 0;
  std::uint16_t question_bytes_ = 0;
};

/// Recursion desired, id 0. Nothing when `name` cannot be asked for: an empty or too long name or label, a NUL.
std::optional<Query> make_query(std::string_view name, RecordType type, bool edns);

/// What came of a question: what the server said, or why nothing came.
enum class ReplyKind : std::uint8_t {
  addresses,
  no_name,
  no_address,
  alias,  ///< the name is an alias of another, of which the answer says nothing
  server_failure,
  refused,
  format_error,  ///< FORMERR or NOTIMP: perhaps EDNS is the reason
  truncated,
  invalid,
  silent,       ///< nobody answered in time
  unreachable,  ///< the network said that nobody listens there
  local,        ///< this machine could not ask
  cancelled,
  unaskable,  ///< no question can be made of this name
};

struct Reply {
  ReplyKind kind = ReplyKind::silent;
  int error = 0;            ///< errno, where the failure is not the server's word
  std::uint32_t ttl_s = 0;  ///< how long the answer holds; 0: do not keep it
  Addresses addresses;
  std::string alias;  ///< lower case
};

/// The id of a message; nothing when it is too short for a header.
std::optional<std::uint16_t> message_id(std::span<const std::byte> message);

/// True when `message` is a response to this very question (the id apart). A response without a question section is
/// taken for one only when it reports an error.
bool answers(std::span<const std::byte> message, const Query& query);

/// Reads a response that `answers` the query. Only records of the asked name and of the names it is an alias of count;
/// a message that is malformed in what matters is `invalid`. Never reads past the end, and does bounded work.
/// Source: RFC 1035 4, RFC 2181 8 (TTL), RFC 2308 5 (negative TTL).
Reply read_reply(std::span<const std::byte> message, const Query& query);

}  // namespace atonce
