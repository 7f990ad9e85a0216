#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "atonce/model/verdict.h"

namespace atonce {

/// Why an exchange over HTTP/2, or a whole connection, did not end as it should. The numbers are stable.
enum class Http2Fault : std::uint8_t {
  none = 0,
  closed = 1,
  reset = 2,
  refused = 3,
  gone_away = 4,
  http11_required = 5,
  not_http2 = 6,
  broken_frame = 7,
  broken_compression = 8,
  broken_flow_control = 9,
  broken_message = 10,
  bad_field = 11,
  wrong_length = 12,
  head_too_large = 13,
  too_many_interim = 14,
  continuation_flood = 15,
  settings_flood = 16,
  ping_flood = 17,
  reset_flood = 18,
  empty_frame_flood = 19,
  source_failed = 20,
  cancelled = 21,
};

/// A row of the family of faults: documentation and verdicts read the same rows.
struct Http2FaultRow {
  Http2Fault fault;
  std::string_view name;
  Verdict verdict;  ///< what it makes of an exchange
  std::string_view sentence;
};

/// Without `none`; by number.
std::span<const Http2FaultRow> all_http2_faults();
std::string_view name_of(Http2Fault fault);      ///< empty for `none`
std::string_view sentence_of(Http2Fault fault);  ///< empty for `none`
/// `ok` for `none`. Of `closed` the owner of the socket may know more: reset, or empty before any byte.
Verdict verdict_of(Http2Fault fault);

}  // namespace atonce
