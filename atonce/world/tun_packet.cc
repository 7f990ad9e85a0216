#include "atonce/world/tun_packet.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "atonce/world/fate.h"

namespace atonce {
namespace {

constexpr std::uint32_t router_address = 0x0a000002;  // 10.0.0.2: who says that a host cannot be reached
constexpr std::size_t ip_size = sizeof(iphdr);
constexpr std::size_t tcp_size = sizeof(tcphdr);
constexpr std::size_t quoted_size = ip_size + 8;
constexpr std::uint16_t segment_bytes_max = 1'460;

struct Segment {
  iphdr ip{};
  tcphdr tcp{};
  std::uint32_t payload_size = 0;
};

std::optional<Segment> parse_segment(std::span<const std::uint8_t> packet) {
  Segment segment;
  if (packet.size() < ip_size) return std::nullopt;
  std::memcpy(&segment.ip, packet.data(), ip_size);
  const std::size_t ip_header = segment.ip.ihl * std::size_t{4};
  const std::size_t total = ntohs(segment.ip.tot_len);
  const bool fragment = (ntohs(segment.ip.frag_off) & 0x3fff) != 0;
  if (segment.ip.version != 4 || segment.ip.protocol != IPPROTO_TCP || fragment || ip_header < ip_size)
    return std::nullopt;
  if (total > packet.size() || total < ip_header + tcp_size) return std::nullopt;
  std::memcpy(&segment.tcp, packet.data() + ip_header, tcp_size);
  const std::size_t tcp_header = segment.tcp.doff * std::size_t{4};
  if (tcp_header < tcp_size || total < ip_header + tcp_header) return std::nullopt;
  segment.payload_size = static_cast<std::uint32_t>(total - ip_header - tcp_header);
  return segment;
}

void write_ip(std::uint8_t* at, std::size_t size, std::uint8_t protocol, std::uint32_t source,
              std::uint32_t destination) {
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.tot_len = htons(static_cast<std::uint16_t>(size));
  ip.frag_off = htons(IP_DF);
  ip.ttl = 64;
  ip.protocol = protocol;
  ip.saddr = source;
  ip.daddr = destination;
  std::memcpy(at, &ip, ip_size);
  ip.check = htons(internet_checksum({at, ip_size}));
  std::memcpy(at, &ip, ip_size);
}

/// Fills in ports, header length and checksum, and turns the addresses of `asked` around.
std::size_t write_tcp(const Segment& asked, tcphdr tcp, bool with_segment_size, std::uint8_t* at) {
  const std::size_t header = tcp_size + (with_segment_size ? 4 : 0);
  write_ip(at, ip_size + header, IPPROTO_TCP, asked.ip.daddr, asked.ip.saddr);
  tcp.source = asked.tcp.dest;
  tcp.dest = asked.tcp.source;
  tcp.doff = static_cast<std::uint16_t>(header / 4) & 0xf;
  tcp.window = htons(65'535);
  std::uint8_t* const place = at + ip_size;
  std::memcpy(place, &tcp, tcp_size);
  const std::uint8_t option[4]{TCPOPT_MAXSEG, TCPOLEN_MAXSEG, segment_bytes_max >> 8, segment_bytes_max & 0xff};
  if (with_segment_size) std::memcpy(place + tcp_size, option, sizeof option);
  // The pseudo-header of RFC 9293 3.1: both addresses, the protocol, the length.
  const std::uint64_t pseudo = (ntohl(asked.ip.saddr) >> 16) + (ntohl(asked.ip.saddr) & 0xffff) +
                               (ntohl(asked.ip.daddr) >> 16) + (ntohl(asked.ip.daddr) & 0xffff) + IPPROTO_TCP + header;
  tcp.check = htons(internet_checksum({place, header}, pseudo));
  std::memcpy(place, &tcp, tcp_size);
  return ip_size + header;
}

std::uint32_t first_sequence(const WorldSpec& spec, const Segment& asked) {
  const std::uint64_t addresses = static_cast<std::uint64_t>(asked.ip.saddr) << 32 | asked.ip.daddr;
  return static_cast<std::uint32_t>(
      mix_bits(spec.seed ^ addresses, static_cast<std::uint64_t>(asked.tcp.source) << 16 | asked.tcp.dest));
}

std::size_t accept(const WorldSpec& spec, const Segment& asked, std::uint8_t* at) {
  tcphdr tcp{};
  tcp.syn = 1;
  tcp.ack = 1;
  tcp.seq = htonl(first_sequence(spec, asked));
  tcp.ack_seq = htonl(ntohl(asked.tcp.seq) + 1);
  return write_tcp(asked, tcp, true, at);
}

/// RFC 9293 3.5.2: a reset takes its sequence from the ACK it answers, else it acknowledges what came.
std::size_t refuse(const Segment& asked, std::uint8_t* at) {
  tcphdr tcp{};
  tcp.rst = 1;
  if (asked.tcp.ack != 0) {
    tcp.seq = asked.tcp.ack_seq;
  } else {
    tcp.ack = 1;
    tcp.ack_seq = htonl(ntohl(asked.tcp.seq) + asked.payload_size + asked.tcp.syn + asked.tcp.fin);
  }
  return write_tcp(asked, tcp, false, at);
}

/// Acknowledges data, and ends the connection with who ends it.
std::size_t follow(const Segment& asked, std::uint8_t* at) {
  if (asked.payload_size == 0 && asked.tcp.fin == 0) return 0;
  tcphdr tcp{};
  tcp.ack = 1;
  tcp.fin = asked.tcp.fin;
  tcp.seq = asked.tcp.ack_seq;
  tcp.ack_seq = htonl(ntohl(asked.tcp.seq) + asked.payload_size + asked.tcp.fin);
  return write_tcp(asked, tcp, false, at);
}

std::size_t write_unreachable(const Segment& asked, std::span<const std::uint8_t> packet, std::uint8_t* at) {
  const std::size_t size = ip_size + sizeof(icmphdr) + quoted_size;
  write_ip(at, size, IPPROTO_ICMP, htonl(router_address), asked.ip.saddr);
  icmphdr icmp{};
  icmp.type = ICMP_DEST_UNREACH;
  icmp.code = ICMP_HOST_UNREACH;
  std::uint8_t* const place = at + ip_size;
  std::memcpy(place, &icmp, sizeof icmp);
  std::memcpy(place + sizeof icmp, packet.data(), quoted_size);
  icmp.checksum = htons(internet_checksum({place, sizeof icmp + quoted_size}));
  std::memcpy(place, &icmp, sizeof icmp);
  return size;
}

}  // namespace

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint64_t sum) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += static_cast<std::uint64_t>(bytes[i] << 8 | bytes[i + 1]);
  if (i < bytes.size()) sum += static_cast<std::uint64_t>(bytes[i] << 8);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void turn_around(std::span<std::uint8_t> packet) {
  const std::span<std::uint8_t> source = packet.subspan(offsetof(iphdr, saddr), 4);
  std::ranges::swap_ranges(source, packet.subspan(offsetof(iphdr, daddr), 4));
}

TunHosts::TunHosts(const WorldSpec& spec) : spec_(spec) {
  for (const std::uint16_t port : spec.ports) ports_.set(port);
}

TunReply TunHosts::answer(std::span<const std::uint8_t> packet, std::span<std::uint8_t, tun_reply_max> reply) const {
  const std::optional<Segment> asked = parse_segment(packet);
  if (!asked) return {};
  TunReply answer{.syn = asked->tcp.syn != 0 && asked->tcp.ack == 0,
                  .fate = fate_of_address(spec_, IpAddress::v4(ntohl(asked->ip.daddr)))};
  const bool asks_server = ports_.test(ntohs(asked->tcp.dest));
  const bool of_server = ports_.test(ntohs(asked->tcp.source));
  if (spec_.web != WebKind::off && answer.fate == Verdict::open && (asks_server || of_server)) {
    answer.mirrored = true;
    return answer;
  }
  if (answer.fate == Verdict::open && !asks_server) answer.fate = Verdict::closed;
  if (asked->tcp.rst != 0) return answer;
  if (answer.fate == Verdict::open)
    answer.size = answer.syn ? accept(spec_, *asked, reply.data()) : follow(*asked, reply.data());
  if (answer.fate == Verdict::closed) answer.size = refuse(*asked, reply.data());
  if (answer.fate == Verdict::unreachable) answer.size = write_unreachable(*asked, packet, reply.data());
  return answer;
}

}  // namespace atonce
