#include "atonce/reports/batch_request.h"

#include <fmt/format.h>

#include <algorithm>

namespace atonce {

BatchRequest batch_request_of(const Outcome& outcome) {
  const Target& target = outcome.target;
  BatchRequest request{.index = target.index,
                       .batch = target.batch,
                       .step = target.step,
                       .verdict = outcome.verdict,
                       .batch_name = target.input};
  if (outcome.started != Instant{}) request.took = std::max(Duration{}, outcome.finished - outcome.started);
  if (const Exchange* exchange = outcome.exchange.get()) {
    request.status_code = exchange->status_code;
    if (!exchange->method.empty()) request.request = fmt::format("{} {}", exchange->method, exchange->url);
    if (exchange->batch_end != BatchEnd::none) request.batch_took = exchange->batch_took;
    if (outcome.verdict != Verdict::ok) request.why = exchange->detail;
  }
  if (!target.valid()) request.why = fmt::format("line {}: {}", target.line, target.complaint);
  if (request.why.empty() && outcome.verdict != Verdict::ok) request.why = row_of(outcome.verdict).meaning;
  return request;
}

TestEnd test_end_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok: return TestEnd::passed;
    case Verdict::assert_failed:
    case Verdict::http_status: return TestEnd::failed;
    case Verdict::skipped:
    case Verdict::not_sent:
    case Verdict::unfinished: return TestEnd::skipped;
    default: return TestEnd::broken;
  }
}

}  // namespace atonce
