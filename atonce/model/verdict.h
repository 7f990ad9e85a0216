#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// The one-word answer for a target. The order is the order of the account; `all_verdicts` says what each means.
enum class Verdict : std::uint8_t {
  open,
  ok,
  written,
  replaced,
  http_status,
  assert_failed,
  closed,
  timeout,
  unreachable,
  no_name,
  no_address,
  dns_failure,
  dns_refused,
  dns_timeout,
  dns_invalid,
  tls_timeout,
  tls_failed,
  tls_closed,
  cert_expired,
  cert_not_yet_valid,
  cert_name,
  cert_untrusted,
  cert_weak,
  cert_invalid,
  total_timeout,
  answer_timeout,
  idle_timeout,
  empty_reply,
  connection_reset,
  partial,
  bad_answer,
  bad_framing,
  head_too_large,
  too_many_fields,
  too_many_interim,
  body_too_large,
  bad_encoding,
  too_many_codings,
  expansion_limit,
  stray_bytes,
  http2_error,
  http2_flood,
  http2_refused,
  too_many_redirects,
  redirect_loop,
  bad_redirect,
  proxy_failed,
  unknown_outcome,
  exists,
  blocked,
  not_a_file,
  no_space,
  not_permitted,
  no_folder,
  io_error,
  corrupt,
  invalid_input,
  excluded,
  special_use,
  local_no_route,
  local_denied,
  local_shortage,
  local_file,
  local_error,
  not_sent,
  skipped,
  unfinished,
};
inline constexpr std::size_t verdict_count = 67;

/// Whose the failure is. Our own limits are never the target's.
enum class Blame : std::uint8_t { nobody, target, path, resolver, local, config };

/// A row of the family of verdicts: output, help text and documentation read the same rows.
struct VerdictRow {
  Verdict verdict;
  std::string_view name;    ///< as in `verdict` of a result row
  std::string_view status;  ///< zgrab2's closed set of words, plus dns-* and local-*
  Blame blame;
  std::string_view meaning;
};

constexpr std::array<VerdictRow, verdict_count> all_verdicts{{
    {Verdict::open, "open", "success", Blame::nobody, "a TCP connection was established"},
    {Verdict::ok, "ok", "success", Blame::nobody, "a complete answer came, whatever its status code"},
    {Verdict::written, "written", "success", Blame::nobody, "the file is there, whole, and was not before"},
    {Verdict::replaced, "replaced", "success", Blame::nobody,
     "the file is there, whole, in place of one that was there before (--overwrite)"},
    {Verdict::http_status, "http_status", "application-error", Blame::target,
     "a complete answer came, with a status code of 400 or above, and --fail was given"},
    {Verdict::assert_failed, "assert_failed", "application-error", Blame::target,
     "a complete answer came, and is not what was asked of it"},
    {Verdict::closed, "closed", "connection-refused", Blame::target, "the host answered with RST"},
    {Verdict::timeout, "timeout", "connection-timeout", Blame::target, "nobody answered before the deadline"},
    {Verdict::unreachable, "unreachable", "connection-unreachable", Blame::path,
     "a router said that the host cannot be reached"},
    {Verdict::no_name, "no_name", "dns-no-name", Blame::target, "the name does not exist"},
    {Verdict::no_address, "no_address", "dns-no-address", Blame::target, "the name exists but has no address"},
    {Verdict::dns_failure, "dns_failure", "dns-failure", Blame::resolver, "the name servers failed (SERVFAIL)"},
    {Verdict::dns_refused, "dns_refused", "dns-refused", Blame::resolver, "the resolver refused to answer"},
    {Verdict::dns_timeout, "dns_timeout", "dns-timeout", Blame::resolver, "no resolver answered before the deadline"},
    {Verdict::dns_invalid, "dns_invalid", "dns-invalid", Blame::resolver, "the resolver's answer makes no sense"},
    {Verdict::tls_timeout, "tls_timeout", "io-timeout", Blame::target,
     "the TLS handshake did not end before its deadline"},
    {Verdict::tls_failed, "tls_failed", "protocol-error", Blame::target,
     "the TLS handshake failed: an alert, or a broken protocol"},
    {Verdict::tls_closed, "tls_closed", "connection-closed", Blame::target,
     "the connection was closed within the TLS handshake"},
    {Verdict::cert_expired, "cert_expired", "application-error", Blame::target, "a certificate has expired"},
    {Verdict::cert_not_yet_valid, "cert_not_yet_valid", "application-error", Blame::target,
     "a certificate is not valid yet"},
    {Verdict::cert_name, "cert_name", "application-error", Blame::target, "the certificate is for another name"},
    {Verdict::cert_untrusted, "cert_untrusted", "application-error", Blame::target,
     "no trusted authority stands behind the certificate"},
    {Verdict::cert_weak, "cert_weak", "application-error", Blame::target,
     "a certificate has a key or a signature that is too weak"},
    {Verdict::cert_invalid, "cert_invalid", "application-error", Blame::target,
     "a certificate is wrong in another way"},
    {Verdict::total_timeout, "total_timeout", "io-timeout", Blame::target,
     "the answer was not complete before the deadline of the whole"},
    {Verdict::answer_timeout, "answer_timeout", "io-timeout", Blame::target, "no byte of an answer came in time"},
    {Verdict::idle_timeout, "idle_timeout", "io-timeout", Blame::target,
     "the answer began, then nothing came for too long"},
    {Verdict::empty_reply, "empty_reply", "connection-closed", Blame::target,
     "the connection was closed before a byte of an answer"},
    {Verdict::connection_reset, "connection_reset", "connection-closed", Blame::target, "the connection was reset"},
    {Verdict::partial, "partial", "connection-closed", Blame::target, "the answer ended before its end"},
    {Verdict::bad_answer, "bad_answer", "protocol-error", Blame::target, "what came is no HTTP answer"},
    {Verdict::bad_framing, "bad_framing", "protocol-error", Blame::target,
     "where the answer ends cannot be known: its lengths contradict each other, or a chunk is broken"},
    {Verdict::head_too_large, "head_too_large", "protocol-error", Blame::target,
     "the fields of the answer are larger than we read"},
    {Verdict::too_many_fields, "too_many_fields", "protocol-error", Blame::target,
     "the answer has more fields than we read"},
    {Verdict::too_many_interim, "too_many_interim", "protocol-error", Blame::target,
     "interim answers (1xx) came without an end"},
    {Verdict::body_too_large, "body_too_large", "application-error", Blame::target,
     "the body is larger than --max-body"},
    {Verdict::bad_encoding, "bad_encoding", "protocol-error", Blame::target,
     "the body is not what its Content-Encoding says"},
    {Verdict::too_many_codings, "too_many_codings", "protocol-error", Blame::target,
     "the body is encoded more often than we undo"},
    {Verdict::expansion_limit, "expansion_limit", "application-error", Blame::target,
     "the body grows beyond all measure when it is decoded"},
    {Verdict::stray_bytes, "stray_bytes", "protocol-error", Blame::target, "bytes came that nobody asked for"},
    {Verdict::http2_error, "http2_error", "protocol-error", Blame::target, "the HTTP/2 connection or stream failed"},
    {Verdict::http2_flood, "http2_flood", "protocol-error", Blame::target,
     "the host flooded the HTTP/2 connection with control frames"},
    {Verdict::http2_refused, "http2_refused", "application-error", Blame::target,
     "the host refused the HTTP/2 stream each time"},
    {Verdict::too_many_redirects, "too_many_redirects", "application-error", Blame::target,
     "more redirects than --max-redirs"},
    {Verdict::redirect_loop, "redirect_loop", "application-error", Blame::target,
     "redirects lead back to where they came from"},
    {Verdict::bad_redirect, "bad_redirect", "application-error", Blame::target,
     "a redirect leads nowhere, or to what is not http or https"},
    {Verdict::proxy_failed, "proxy_failed", "connection-refused", Blame::path, "the proxy did not connect us"},
    {Verdict::unknown_outcome, "unknown_outcome", "unknown-error", Blame::target,
     "the request was sent and no answer was seen: it may have been done or not"},
    {Verdict::exists, "exists", "local-exists", Blame::config,
     "something of that name was there before, and was left alone"},
    {Verdict::blocked, "blocked", "local-blocked", Blame::config,
     "a link, or what is no folder or no file, stands in the way"},
    {Verdict::not_a_file, "not_a_file", "blocklisted-target", Blame::config,
     "it is a link, a device or the like: only files and folders are unpacked"},
    {Verdict::no_space, "no_space", "local-no-space", Blame::local, "the disk is full, or a quota is used up"},
    {Verdict::not_permitted, "not_permitted", "local-not-permitted", Blame::local,
     "this machine does not permit to write there"},
    {Verdict::no_folder, "no_folder", "local-no-folder", Blame::local, "the folder was removed meanwhile"},
    {Verdict::io_error, "io_error", "local-io-error", Blame::local, "the file could not be written: an I/O error"},
    {Verdict::corrupt, "corrupt", "local-corrupt", Blame::local, "what was read back is not what was written"},
    {Verdict::invalid_input, "invalid_input", "invalid-inputs", Blame::config, "the line is not a target"},
    {Verdict::excluded, "excluded", "blocklisted-target", Blame::config, "the exclude list has it"},
    {Verdict::special_use, "special_use", "blocklisted-target", Blame::config,
     "the name leads to a private or special-use address, and --allow-private was not given"},
    {Verdict::local_no_route, "local_no_route", "local-no-route", Blame::local,
     "this machine has no route to the address"},
    {Verdict::local_denied, "local_denied", "local-denied", Blame::local,
     "this machine does not permit the connection"},
    {Verdict::local_shortage, "local_shortage", "local-shortage", Blame::local,
     "this machine ran out of descriptors, ports or memory"},
    {Verdict::local_file, "local_file", "local-file", Blame::local, "the file for the body could not be written"},
    {Verdict::local_error, "local_error", "local-error", Blame::local, "something else failed on this machine"},
    {Verdict::not_sent, "not_sent", "local-not-sent", Blame::local, "it was due, and could not be sent"},
    {Verdict::skipped, "skipped", "local-skipped", Blame::nobody, "an earlier request of its batch failed"},
    {Verdict::unfinished, "unfinished", "local-unfinished", Blame::local,
     "the run was stopped before the target had its answer"},
}};

constexpr const VerdictRow& row_of(Verdict verdict) { return all_verdicts[static_cast<std::size_t>(verdict)]; }
constexpr std::string_view name_of(Verdict verdict) { return row_of(verdict).name; }

/// Nobody answered: verdicts that one lost packet can make.
constexpr bool is_silence(Verdict verdict) { return verdict == Verdict::timeout || verdict == Verdict::dns_timeout; }
/// An answer that stayed away or did not end, over a connection that stood.
constexpr bool is_stall(Verdict verdict) {
  return verdict == Verdict::tls_timeout || verdict == Verdict::total_timeout || verdict == Verdict::answer_timeout ||
         verdict == Verdict::idle_timeout;
}
/// A file is there as it was to be.
constexpr bool is_written(Verdict verdict) { return verdict == Verdict::written || verdict == Verdict::replaced; }
/// What came of a file that was to be written, and is not there as it was to be.
constexpr bool is_of_file(Verdict verdict) { return verdict >= Verdict::exists && verdict <= Verdict::corrupt; }
/// A complete answer of the host, to a connect or to a request; or the file that was to be written.
constexpr bool is_success(Verdict verdict) {
  return verdict == Verdict::open || verdict == Verdict::ok || is_written(verdict);
}
/// Nothing was found out for good: a run that is carried on does it again.
constexpr bool is_left_over(Verdict verdict) { return verdict == Verdict::unfinished || verdict == Verdict::no_space; }
/// A request of a batch with this verdict makes it a failed batch. What is skipped follows such a request, or its own
/// options left it out.
constexpr bool fails_batch(Verdict verdict) { return verdict != Verdict::ok && verdict != Verdict::skipped; }
/// The host itself answered a connect, whatever came after that.
constexpr bool reached_host(Verdict verdict) {
  static_assert(Verdict::open < Verdict::closed && Verdict::closed < Verdict::timeout);
  static_assert(Verdict::dns_invalid < Verdict::tls_timeout && Verdict::bad_redirect < Verdict::proxy_failed);
  if (is_written(verdict)) return false;
  return verdict <= Verdict::closed || (verdict >= Verdict::tls_timeout && verdict <= Verdict::bad_redirect);
}
/// What an outage on our side makes of a healthy target: silence, a stall, or an error of the path, the resolver
/// or this machine. An answer of the target itself (open, closed, no_name) is none.
constexpr bool is_voidable(Verdict verdict) {
  const Blame blame = row_of(verdict).blame;
  return is_silence(verdict) || is_stall(verdict) || blame == Blame::path || blame == Blame::resolver ||
         verdict == Verdict::local_no_route;
}
/// What a failed connect says of its target.
Verdict verdict_of_connect(Error error);
std::string_view name_of(Blame blame);  ///< Empty for nobody.
std::optional<Verdict> parse_verdict(std::string_view name);

}  // namespace atonce
