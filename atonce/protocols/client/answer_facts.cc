#include "atonce/protocols/client/answer_facts.h"

#include <cerrno>

namespace atonce {

void fail(Fetched& into, Verdict verdict, int error, std::string_view detail) {
  into.verdict = verdict;
  into.error = error;
  into.exchange.detail = detail;
}

void fail_cancelled(Fetched& into, const PhaseWatch& watch) {
  const Verdict verdict = watch.passed().value_or(Verdict::unfinished);
  fail(into, verdict, verdict == Verdict::unfinished ? ECANCELED : ETIMEDOUT, "");
}

void note_head(Fetched& into, const ResponseHead& head) {
  into.head = head;
  Exchange& exchange = into.exchange;
  exchange.status_code = head.status;
  exchange.reason = head.reason;
  exchange.version = head.version;
  exchange.content_type = head.fields.find("Content-Type").value_or("");
  exchange.content_encoding = head.fields.joined("Content-Encoding");
}

std::uint64_t written_bytes(const ResponseHead& head) {
  std::uint64_t bytes = std::string_view("HTTP/2 200 \r\n\r\n").size();
  for (const Field field : head.fields)
    bytes += field.name.size() + field.value.size() + std::string_view(": \r\n").size();
  return bytes;
}

}  // namespace atonce
