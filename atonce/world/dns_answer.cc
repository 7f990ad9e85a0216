#include "atonce/world/dns_answer.h"

#include <array>
#include <cstring>
#include <optional>

#include "atonce/world/fate.h"

namespace atonce {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint16_t type_a = 1, type_cname = 5, type_aaaa = 28, type_opt = 41, type_any = 255;
constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t question_at = 0xc000 | header_size;  // A compression pointer: RFC 1035 4.1.4.
constexpr std::uint16_t udp_payload = 1232;  // What our OPT says we take: the value of the DNS flag day of 2020.
constexpr std::uint8_t address_ttl_s = 60;

enum class Code : std::uint8_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  no_name = 3,
  not_implemented = 4,
  refused = 5
};

/// A question, with its name as text in a buffer of its own.
struct Question {
  std::array<char, 256> text;
  std::size_t text_size = 0;
  std::size_t end = 0;  ///< first byte after the question
  std::uint16_t type = 0;
  std::uint16_t qclass = 0;
  bool edns = false;

  std::string_view name() const { return {text.data(), text_size}; }
};

std::uint16_t read_u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

class Writer {
 public:
  explicit Writer(std::uint8_t* at) : begin_(at), at_(at) {}
  void u8(std::uint8_t value) { *at_++ = value; }
  void u16(std::uint16_t value) { u8(static_cast<std::uint8_t>(value >> 8)), u8(static_cast<std::uint8_t>(value)); }
  void bytes(const void* from, std::size_t size) { std::memcpy(at_, from, size), at_ += size; }
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  std::uint8_t* begin_;
  std::uint8_t* at_;
};

std::optional<Question> parse_question(std::span<const std::uint8_t> query) {
  Question question;
  std::size_t at = header_size;
  for (;;) {
    if (at >= query.size()) return std::nullopt;
    const std::size_t length = query[at++];
    if (length == 0) break;
    // The question comes first, so nothing it could point to precedes it.
    if (length > 63 || at + length >= query.size() || question.text_size + length + 1 > 254) return std::nullopt;
    if (question.text_size != 0) question.text[question.text_size++] = '.';
    std::memcpy(question.text.data() + question.text_size, query.data() + at, length);
    question.text_size += length;
    at += length;
  }
  if (at + 4 > query.size()) return std::nullopt;
  question.type = read_u16(&query[at]);
  question.qclass = read_u16(&query[at + 2]);
  question.end = at + 4;
  // An OPT of a stub follows at once: root name, type, and 8 more bytes at least.
  question.edns = read_u16(&query[10]) > 0 && question.end + 11 <= query.size() && query[question.end] == 0 &&
                  read_u16(&query[question.end + 1]) == type_opt;
  return question;
}

void write_header(Writer& out, std::span<const std::uint8_t> query, Code code, bool truncated, std::uint16_t questions,
                  std::uint16_t answers, bool edns) {
  out.bytes(query.data(), 2);
  const bool recursion_desired = (query[2] & 1) != 0;
  out.u8(static_cast<std::uint8_t>(0x80 | (query[2] & 0x78) | (truncated ? 2 : 0) | (recursion_desired ? 1 : 0)));
  out.u8(static_cast<std::uint8_t>(0x80 | static_cast<std::uint8_t>(code)));
  out.u16(questions);
  out.u16(answers);
  out.u16(0);
  out.u16(edns ? 1 : 0);
}

std::size_t write_failure(std::span<const std::uint8_t> query, Code code, std::uint8_t* reply) {
  Writer out(reply);
  write_header(out, query, code, false, 0, 0, false);
  return out.size();
}

void write_record(Writer& out, std::uint16_t name, std::uint16_t type, std::uint16_t size) {
  out.u16(name);
  out.u16(type);
  out.u16(class_in);
  out.u16(0);
  out.u16(address_ttl_s);
  out.u16(size);
}

/// Writes the chain of aliases and returns the pointer to its last name.
std::uint16_t write_aliases(Writer& out, unsigned count) {
  std::uint16_t name = question_at;
  for (unsigned i = 0; i < count; ++i) {
    write_record(out, name, type_cname, static_cast<std::uint16_t>(1 + alias_label.size() + 2));
    const auto target = static_cast<std::uint16_t>(0xc000 | out.size());
    out.u8(static_cast<std::uint8_t>(alias_label.size()));
    out.bytes(alias_label.data(), alias_label.size());
    out.u16(name);
    name = target;
  }
  return name;
}

IpAddress asked_address(const Question& question, const NameFate& fate) {
  if (question.type == type_a || question.type == type_any) return fate.address;
  return question.type == type_aaaa ? fate.address_v6 : IpAddress::none();
}

std::size_t write_reply(std::span<const std::uint8_t> query, const Question& question, const NameFate& fate, Code code,
                        bool truncated, std::uint8_t* reply) {
  // An alias is a longer name: where it would pass 255 bytes the name has none.
  const bool room = question.text_size + 2 * (alias_label.size() + 1) < 250;
  const unsigned aliases = truncated || code != Code::no_error || !room ? 0 : fate.aliases;
  const IpAddress address = truncated || code != Code::no_error ? IpAddress::none() : asked_address(question, fate);
  Writer out(reply);
  write_header(out, query, code, truncated, 1, static_cast<std::uint16_t>(aliases + (address ? 1 : 0)), question.edns);
  out.bytes(query.data() + header_size, question.end - header_size);
  const std::uint16_t last = write_aliases(out, aliases);
  if (address) {
    const bool v4 = address.family == Family::v4;
    write_record(out, last, v4 ? type_a : type_aaaa, v4 ? 4 : 16);
    out.bytes(address.bytes.data(), v4 ? 4 : 16);
  }
  if (question.edns) {
    out.u8(0);
    out.u16(type_opt);
    out.u16(udp_payload);
    out.bytes("\0\0\0\0\0\0", 6);
  }
  return out.size();
}

Code code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::no_name: return Code::no_name;
    case Verdict::dns_failure: return Code::server_failure;
    case Verdict::dns_refused: return Code::refused;
    default: return Code::no_error;
  }
}

}  // namespace

DnsReply answer_dns(const WorldSpec& spec, std::span<const std::uint8_t> query, DnsTransport transport,
                    std::span<std::uint8_t, dns_reply_max> reply) {
  if (query.size() < header_size || (query[2] & 0x80) != 0) return {};
  if ((query[2] & 0x78) != 0) return {.size = write_failure(query, Code::not_implemented, reply.data())};
  const std::optional<Question> question = read_u16(&query[4]) == 1 ? parse_question(query) : std::nullopt;
  if (!question) return {.size = write_failure(query, Code::format_error, reply.data())};
  if (question->qclass != class_in)
    return {.size = write_reply(query, *question, {}, Code::refused, false, reply.data())};

  const NameFate fate = fate_of(spec, question->name());
  if (fate.verdict == Verdict::dns_timeout) return {};
  const bool truncated = fate.truncated && transport == DnsTransport::udp;
  return {.size = write_reply(query, *question, fate, code_of(fate.verdict), truncated, reply.data()),
          .delay = fate.dns_delay};
}

}  // namespace atonce
