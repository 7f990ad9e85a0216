#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/dns/message.h"
#include "atonce/runtime/requests.h"

namespace atonce {

/// Builds a DNS message byte by byte, for tests: also such as no honest server would send.
class Packet {
 public:
  Packet() = default;
  explicit Packet(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

  Packet& u8(unsigned value) {
    bytes_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  Packet& u16(unsigned value) { return u8(value >> 8 & 0xff).u8(value & 0xff); }
  Packet& u32(unsigned value) { return u16(value >> 16).u16(value & 0xffff); }
  /// "www.example" as labels and the root.
  Packet& name(std::string_view text);
  Packet& pointer(unsigned to) { return u16(0xc000 | to); }
  Packet& address(std::string_view literal);
  /// Overwrites 16 bits at `at`.
  Packet& patch(std::size_t at, unsigned value);
  /// Type, class, TTL and the length of the data of a record whose name stands.
  Packet& record(unsigned type, unsigned ttl_s, unsigned data_bytes) {
    return u16(type).u16(1).u32(ttl_s).u16(data_bytes);
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

inline constexpr unsigned question_at = 12;  ///< where the asked name stands in every message

/// What a client asked, as a server reads it.
struct Asked {
  std::vector<std::byte> message;
  std::string name;
  std::uint16_t type = 0;
  bool edns = false;
  bool over_stream = false;
};
std::optional<Asked> read_question(std::span<const std::byte> message);

/// The header and question of a response; counts of the sections.
Packet respond(const Asked& asked, unsigned code = 0, unsigned answers = 0, unsigned authorities = 0);
/// A complete response with these addresses (of the asked type) under the asked name.
Packet respond_with(const Asked& asked, std::initializer_list<std::string_view> addresses, unsigned ttl_s = 300);
/// A negative response, with an SOA that says how long it holds.
Packet respond_negative(const Asked& asked, unsigned code, unsigned ttl_s);

/// A message as it goes over a stream, with its length before it.
Packet framed(const Packet& packet);

/// A name server for tests: one task that answers datagrams and one that answers streams. `answer` gives what to
/// send back, in order (over a stream: bytes, `framed` or not); nothing: silence, or the end of the stream. Runs until
/// its scope is cancelled.
using Answerer = std::function<std::vector<Packet>(const Asked&)>;
void start_datagram_server(Scope& scope, const Endpoint& at, Answerer answer);
void start_name_server(Scope& scope, const Endpoint& at, Answerer answer);

}  // namespace atonce
