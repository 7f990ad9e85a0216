#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "atonce/world/profile.h"

namespace atonce {

enum class DnsTransport : std::uint8_t { udp, tcp };

/// What the world's resolver says to one question.
struct DnsReply {
  std::size_t size = 0;  ///< bytes written; 0: it stays silent
  Duration delay{};      ///< how long it takes to say so
};

/// The longest reply: header, question, two aliases, an address, OPT. Below 512, so only names fated to it are
/// truncated.
inline constexpr std::size_t dns_reply_max = 512;

/// Answers one DNS message, without state and without allocating. Asked for A: by the fate of the name. AAAA: the
/// address of the few names that have one. All else: no data, where the name exists. Nonsense gets FORMERR, NOTIMP or
/// silence, as RFC 1035 4.1.1 has it; a question with EDNS0 gets an OPT back (RFC 6891).
DnsReply answer_dns(const WorldSpec& spec, std::span<const std::uint8_t> query, DnsTransport transport,
                    std::span<std::uint8_t, dns_reply_max> reply);

}  // namespace atonce
