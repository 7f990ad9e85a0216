#include "atonce/protocols/http/fault.h"

#include <algorithm>

namespace atonce {
namespace {

using enum HttpFault;

constexpr std::array all_faults{
    HttpFaultRow{empty_reply, "empty_reply", Verdict::empty_reply, 0,
                 "the connection was closed before a byte of an answer"},
    HttpFaultRow{not_http, "not_http", Verdict::bad_answer, 400, "what came does not begin as HTTP/1 does"},
    HttpFaultRow{bad_version, "bad_version", Verdict::bad_answer, 505,
                 "the start line names a version that is neither HTTP/1.0 nor HTTP/1.1"},
    HttpFaultRow{bad_status_line, "bad_status_line", Verdict::bad_answer, 0,
                 "the status line has no status code of three digits"},
    HttpFaultRow{ended_in_head, "ended_in_head", Verdict::partial, 400, "the connection was closed within the head"},
    HttpFaultRow{head_too_large, "head_too_large", Verdict::head_too_large, 431, "the head is larger than we read"},
    HttpFaultRow{too_many_fields, "too_many_fields", Verdict::too_many_fields, 431,
                 "the head has more fields than we read"},
    HttpFaultRow{bare_lf, "bare_lf", Verdict::bad_answer, 400, "a line ends with LF alone"},
    HttpFaultRow{bare_cr, "bare_cr", Verdict::bad_answer, 400, "a line has a CR that does not end it"},
    HttpFaultRow{nul_byte, "nul_byte", Verdict::bad_answer, 400, "the head has a NUL byte"},
    HttpFaultRow{control_byte, "control_byte", Verdict::bad_answer, 400, "the head has a control byte"},
    HttpFaultRow{folded_field, "folded_field", Verdict::bad_answer, 400,
                 "a field goes on in a second line where that cannot be allowed"},
    HttpFaultRow{space_before_colon, "space_before_colon", Verdict::bad_answer, 400,
                 "white space stands between a field's name and its colon"},
    HttpFaultRow{bad_field_name, "bad_field_name", Verdict::bad_answer, 400,
                 "a field line has no colon, or no valid name before it"},
    HttpFaultRow{too_many_interim, "too_many_interim", Verdict::too_many_interim, 0,
                 "more interim answers (1xx) came than we read"},
    HttpFaultRow{unasked_switch, "unasked_switch", Verdict::bad_answer, 0,
                 "the server switched to a protocol that nobody asked for (101)"},
    HttpFaultRow{stray_bytes, "stray_bytes", Verdict::stray_bytes, 0, "bytes came that belong to no answer"},
    HttpFaultRow{both_lengths, "both_lengths", Verdict::bad_framing, 400,
                 "the head has both Content-Length and Transfer-Encoding"},
    HttpFaultRow{two_lengths, "two_lengths", Verdict::bad_framing, 400, "the head has Content-Length twice"},
    HttpFaultRow{bad_length, "bad_length", Verdict::bad_framing, 400,
                 "Content-Length is not a decimal number, or is too large for one"},
    HttpFaultRow{unknown_transfer_coding, "unknown_transfer_coding", Verdict::bad_framing, 501,
                 "Transfer-Encoding names a coding that nobody asked for"},
    HttpFaultRow{chunked_not_last, "chunked_not_last", Verdict::bad_framing, 400,
                 "chunked is not the last transfer coding, or stands there twice"},
    HttpFaultRow{chunked_in_http10, "chunked_in_http10", Verdict::bad_framing, 400,
                 "an HTTP/1.0 message has Transfer-Encoding, which that version does not know"},
    HttpFaultRow{bad_chunk_size, "bad_chunk_size", Verdict::bad_framing, 400,
                 "the line before a chunk is no hexadecimal size, or is not ended by CR LF"},
    HttpFaultRow{chunk_too_large, "chunk_too_large", Verdict::bad_framing, 400,
                 "a chunk's size is more than 64 bits can say"},
    HttpFaultRow{chunk_line_too_long, "chunk_line_too_long", Verdict::bad_framing, 400,
                 "the line before a chunk is longer than we read"},
    HttpFaultRow{bad_chunk_end, "bad_chunk_end", Verdict::bad_framing, 400,
                 "a chunk is not followed by CR LF: it is longer or shorter than it says"},
    HttpFaultRow{bad_trailer, "bad_trailer", Verdict::bad_framing, 400,
                 "a field that frames messages stands behind a chunked body"},
    HttpFaultRow{ended_in_body, "ended_in_body", Verdict::partial, 400,
                 "the connection was closed before the announced length was reached"},
    HttpFaultRow{ended_in_chunk, "ended_in_chunk", Verdict::partial, 400,
                 "the connection was closed before the last chunk"},
    HttpFaultRow{body_too_large, "body_too_large", Verdict::body_too_large, 413, "the body is larger than we read"},
    HttpFaultRow{bad_request_line, "bad_request_line", Verdict::bad_answer, 400,
                 "the request line is not a method, a target and a version with one space between"},
    HttpFaultRow{unknown_method, "unknown_method", Verdict::bad_answer, 501,
                 "the method is none that this server knows"},
    HttpFaultRow{target_too_long, "target_too_long", Verdict::bad_answer, 414,
                 "the request's target is longer than this server reads"},
    HttpFaultRow{bad_host, "bad_host", Verdict::bad_answer, 400, "a request of HTTP/1.1 has to have one Host field"},
    HttpFaultRow{unknown_expectation, "unknown_expectation", Verdict::bad_answer, 417,
                 "the only expectation this server knows is 100-continue"},
    HttpFaultRow{too_many_codings, "too_many_codings", Verdict::too_many_codings, 415,
                 "the body has more content codings than we undo"},
    HttpFaultRow{unknown_coding, "unknown_coding", Verdict::bad_encoding, 415,
                 "Content-Encoding names a coding that we do not know"},
    HttpFaultRow{corrupt_coding, "corrupt_coding", Verdict::bad_encoding, 400,
                 "the body is not what its Content-Encoding says"},
    HttpFaultRow{truncated_coding, "truncated_coding", Verdict::bad_encoding, 400,
                 "the coded body ends before its end"},
    HttpFaultRow{coding_leftover, "coding_leftover", Verdict::bad_encoding, 400,
                 "the body goes on behind the end of its coding"},
    HttpFaultRow{window_too_large, "window_too_large", Verdict::bad_encoding, 413,
                 "undoing the coding would need more memory than we give it"},
    HttpFaultRow{expansion, "expansion", Verdict::expansion_limit, 413,
                 "the body grows far beyond what came over the wire when its coding is undone"},
    HttpFaultRow{decoded_too_large, "decoded_too_large", Verdict::expansion_limit, 413,
                 "the body is larger than we read when its coding is undone"},
};

constexpr HttpFaultRow no_fault{none, "", Verdict::ok, 0, ""};

constexpr bool numbers_ascend() {
  return std::ranges::adjacent_find(all_faults, std::ranges::greater_equal(), &HttpFaultRow::fault) == all_faults.end();
}
static_assert(numbers_ascend());

const HttpFaultRow& find_row(HttpFault fault) {
  const auto row = std::ranges::find(all_faults, fault, &HttpFaultRow::fault);
  return row == all_faults.end() ? no_fault : *row;
}

}  // namespace

std::span<const HttpFaultRow> all_http_faults() { return all_faults; }
const HttpFaultRow& row_of(HttpFault fault) { return find_row(fault); }
std::string_view name_of(HttpFault fault) { return find_row(fault).name; }
std::string_view sentence_of(HttpFault fault) { return find_row(fault).sentence; }
Verdict verdict_of(HttpFault fault) { return find_row(fault).verdict; }

}  // namespace atonce
