// What a name server may send: read as the answer to a question, whatever it says is bounded and well formed.
//
// The first byte chooses the question, the rest is the message.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "atonce/protocols/dns/message.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_addresses(const Reply& reply, RecordType type) {
  require(!reply.addresses.empty() && reply.addresses.size() <= addresses_max);
  require(reply.ttl_s <= 0x7fffffff);
  for (const IpAddress& address : reply.addresses)
    require(address.family == (type == RecordType::a ? Family::v4 : Family::v6));
}

void check(std::span<const std::byte> message, const Query& query, RecordType type) {
  if (!answers(message, query)) return;
  require(message_id(message).has_value());
  const Reply reply = read_reply(message, query);
  switch (reply.kind) {
    case ReplyKind::addresses: check_addresses(reply, type); break;
    case ReplyKind::alias: require(!reply.alias.empty() && reply.addresses.empty()); break;
    case ReplyKind::no_name:
    case ReplyKind::no_address:
    case ReplyKind::server_failure:
    case ReplyKind::refused:
    case ReplyKind::format_error:
    case ReplyKind::truncated:
    case ReplyKind::invalid: require(reply.addresses.empty() && reply.alias.empty()); break;
    case ReplyKind::silent:
    case ReplyKind::unreachable:
    case ReplyKind::local:
    case ReplyKind::cancelled:
    case ReplyKind::unaskable: require(false);
  }
}

/// The same message behind the question it has to repeat, so that the fuzzer need not find that out.
std::vector<std::byte> with_question(std::span<const std::byte> message, const Query& query) {
  std::vector<std::byte> whole(query.bytes().begin(), query.bytes().begin() + 12);
  const std::size_t header = std::min<std::size_t>(message.size(), 12);
  std::memcpy(whole.data(), message.data(), header);
  whole[2] = (whole[2] & std::byte{0x07}) | std::byte{0x80};
  whole[4] = std::byte{0};
  whole[5] = std::byte{1};
  whole.insert(whole.end(), query.question().begin(), query.question().end());
  whole.insert(whole.end(), message.begin() + static_cast<std::ptrdiff_t>(header), message.end());
  return whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const RecordType type = (data[0] & 1) != 0 ? RecordType::aaaa : RecordType::a;
  const std::string name = (data[0] & 2) != 0 ? "a.example" : "www.example.com";
  const Query query = make_query(name, type, true).value();
  const std::span<const std::byte> message = std::as_bytes(std::span(data + 1, size - 1));
  check(message, query, type);
  check(with_question(message, query), query, type);
  return 0;
}
