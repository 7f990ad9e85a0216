#include "atonce/model/verdict.h"

#include <cerrno>

namespace atonce {

std::string_view name_of(Blame blame) {
  constexpr std::array<std::string_view, 6> names{"", "target", "path", "resolver", "local", "config"};
  return names[static_cast<std::size_t>(blame)];
}

Verdict verdict_of_connect(Error error) {
  switch (error.code) {
    case ECONNREFUSED:
    case ECONNRESET: return Verdict::closed;  // The host answered with RST: RFC 9293 3.5.2.
    case ETIMEDOUT: return Verdict::timeout;  // Nobody answered before the deadline, or the kernel gave up repeating.
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case EPROTO:
    case ENOPROTOOPT: return Verdict::unreachable;  // A router answered in its place: icmp(7), RFC 1122 4.2.3.9.
    case ENETUNREACH:
    case ENETDOWN: return error.local ? Verdict::local_no_route : Verdict::unreachable;
    case EAFNOSUPPORT:
    case EINVAL: return Verdict::local_no_route;  // No IPv6 here, or an address that cannot be connected to.
    case EACCES:
    case EPERM: return error.local ? Verdict::local_denied : Verdict::unreachable;
    case EADDRNOTAVAIL:  // No local port is left towards this endpoint.
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Verdict::local_shortage;
    case ECANCELED: return Verdict::unfinished;
    default: return Verdict::local_error;
  }
}

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (const VerdictRow& row : all_verdicts)
    if (row.name == name) return row.verdict;
  return std::nullopt;
}

}  // namespace atonce
