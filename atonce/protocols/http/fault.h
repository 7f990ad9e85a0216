#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "atonce/model/verdict.h"

namespace atonce {

/// What is wrong with what a peer sent. The numbers are stable: rows, documents and people quote them.
enum class HttpFault : std::uint8_t {
  none = 0,
  empty_reply = 1,
  not_http = 2,
  bad_version = 3,
  bad_status_line = 4,
  ended_in_head = 5,
  head_too_large = 6,
  too_many_fields = 7,
  bare_lf = 8,
  bare_cr = 9,
  nul_byte = 10,
  control_byte = 11,
  folded_field = 12,
  space_before_colon = 13,
  bad_field_name = 14,
  too_many_interim = 15,
  unasked_switch = 16,
  stray_bytes = 17,
  both_lengths = 18,
  two_lengths = 19,
  bad_length = 20,
  unknown_transfer_coding = 21,
  chunked_not_last = 22,
  chunked_in_http10 = 23,
  bad_chunk_size = 24,
  chunk_too_large = 25,
  chunk_line_too_long = 26,
  bad_chunk_end = 27,
  bad_trailer = 28,
  ended_in_body = 29,
  ended_in_chunk = 30,
  body_too_large = 31,
  bad_request_line = 32,
  unknown_method = 33,
  target_too_long = 34,
  bad_host = 35,
  unknown_expectation = 36,
  too_many_codings = 40,
  unknown_coding = 41,
  corrupt_coding = 42,
  truncated_coding = 43,
  coding_leftover = 44,
  window_too_large = 45,
  expansion = 46,
  decoded_too_large = 47,
};

/// A row of the family of faults: documentation, verdicts and answers of our server read the same rows.
struct HttpFaultRow {
  HttpFault fault;
  std::string_view name;
  Verdict verdict;            ///< what it makes of an exchange
  std::uint16_t status;       ///< what our server answers to a request with it; 0: it only closes
  std::string_view sentence;  ///< what happened, for a person
};

/// Without `none`; by number.
std::span<const HttpFaultRow> all_http_faults();
const HttpFaultRow& row_of(HttpFault fault);  ///< of `none`: a row of empty text
std::string_view name_of(HttpFault fault);    ///< empty for `none`
std::string_view sentence_of(HttpFault fault);
/// `ok` for `none`.
Verdict verdict_of(HttpFault fault);

}  // namespace atonce
