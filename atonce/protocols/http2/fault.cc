#include "atonce/protocols/http2/fault.h"

#include <algorithm>
#include <array>

namespace atonce {
namespace {

constexpr std::array all_faults{
    Http2FaultRow{Http2Fault::closed, "closed", Verdict::partial, "the connection ended before the answer did"},
    Http2FaultRow{Http2Fault::reset, "reset", Verdict::http2_error, "the server reset the stream (RST_STREAM)"},
    Http2FaultRow{Http2Fault::refused, "refused", Verdict::http2_refused,
                  "the server refused the stream and did not process the request (REFUSED_STREAM)"},
    Http2FaultRow{Http2Fault::gone_away, "gone_away", Verdict::http2_refused,
                  "the server said goodbye before it processed the request (GOAWAY)"},
    Http2FaultRow{Http2Fault::http11_required, "http11_required", Verdict::http2_error,
                  "the server asks for HTTP/1.1 instead; use --http1.1"},
    Http2FaultRow{Http2Fault::not_http2, "not_http2", Verdict::bad_answer, "what came is not HTTP/2"},
    Http2FaultRow{Http2Fault::broken_frame, "broken_frame", Verdict::http2_error,
                  "a frame came that HTTP/2 does not allow there"},
    Http2FaultRow{Http2Fault::broken_compression, "broken_compression", Verdict::http2_error,
                  "compressed fields came that cannot be read (HPACK)"},
    Http2FaultRow{Http2Fault::broken_flow_control, "broken_flow_control", Verdict::http2_error,
                  "more came than the window allowed, or a window grew too large"},
    Http2FaultRow{Http2Fault::broken_message, "broken_message", Verdict::http2_error,
                  "a head is malformed: a pseudo-field, a name or a length is not as HTTP/2 demands"},
    Http2FaultRow{Http2Fault::bad_field, "bad_field", Verdict::http2_error,
                  "a field has a name or a value that HTTP/2 forbids"},
    Http2FaultRow{Http2Fault::wrong_length, "wrong_length", Verdict::bad_framing,
                  "the body is not as long as Content-Length says"},
    Http2FaultRow{Http2Fault::head_too_large, "head_too_large", Verdict::head_too_large,
                  "the fields are larger than we read"},
    Http2FaultRow{Http2Fault::too_many_interim, "too_many_interim", Verdict::too_many_interim,
                  "interim answers (1xx) came without an end"},
    Http2FaultRow{Http2Fault::continuation_flood, "continuation_flood", Verdict::http2_flood,
                  "a head came in more CONTINUATION frames than we read"},
    Http2FaultRow{Http2Fault::settings_flood, "settings_flood", Verdict::http2_flood, "SETTINGS frames without an end"},
    Http2FaultRow{Http2Fault::ping_flood, "ping_flood", Verdict::http2_flood, "PING frames without an end"},
    Http2FaultRow{Http2Fault::reset_flood, "reset_flood", Verdict::http2_flood, "RST_STREAM frames without an end"},
    Http2FaultRow{Http2Fault::empty_frame_flood, "empty_frame_flood", Verdict::http2_flood,
                  "frames that bring nothing, without an end"},
    Http2FaultRow{Http2Fault::source_failed, "source_failed", Verdict::local_file,
                  "what was to be sent could not be read"},
    Http2FaultRow{Http2Fault::cancelled, "cancelled", Verdict::unfinished, "the stream was cancelled on our side"},
};

static_assert(std::ranges::is_sorted(all_faults, {}, &Http2FaultRow::fault));

/// Numbers begin at 1 and have no gap.
const Http2FaultRow& row_of(Http2Fault fault) { return all_faults[static_cast<std::size_t>(fault) - 1]; }
static_assert(all_faults.size() == static_cast<std::size_t>(Http2Fault::cancelled));

}  // namespace

std::span<const Http2FaultRow> all_http2_faults() { return all_faults; }

std::string_view name_of(Http2Fault fault) { return fault == Http2Fault::none ? "" : row_of(fault).name; }

std::string_view sentence_of(Http2Fault fault) { return fault == Http2Fault::none ? "" : row_of(fault).sentence; }

Verdict verdict_of(Http2Fault fault) { return fault == Http2Fault::none ? Verdict::ok : row_of(fault).verdict; }

}  // namespace atonce
