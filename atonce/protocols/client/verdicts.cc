#include "atonce/protocols/client/verdicts.h"

#include <cerrno>

namespace atonce {

Verdict verdict_of_loss(Error error, bool answered) {
  switch (error.code) {
    case EPIPE:
    case ECONNABORTED:
    case ECONNRESET: return Verdict::connection_reset;
    case ETIMEDOUT: return answered ? Verdict::idle_timeout : Verdict::answer_timeout;  // The kernel repeated in vain.
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case ENONET:
    case EPROTO:
    case ENOPROTOOPT: return Verdict::unreachable;  // A router said so: icmp(7).
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Verdict::local_shortage;
    case EACCES:
    case EPERM: return Verdict::local_denied;
    case ECANCELED: return Verdict::unfinished;
    default: return Verdict::local_error;
  }
}

std::string_view sentence_of_loss(Error error, bool answered) {
  switch (verdict_of_loss(error, answered)) {
    case Verdict::connection_reset:
      return answered ? "the connection was reset within the answer" : "the connection was reset before an answer";
    case Verdict::idle_timeout:
    case Verdict::answer_timeout: return "nothing that was sent was acknowledged any more";
    case Verdict::unreachable: return "a router said that the host can no longer be reached";
    default: return "";
  }
}

}  // namespace atonce
