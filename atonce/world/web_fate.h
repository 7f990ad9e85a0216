#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "atonce/model/verdict.h"
#include "atonce/world/profile.h"

namespace atonce {

/// What the open host of a name does when it is asked for a page. What begins with `cert_` only shows over TLS; without
/// it such a host has a page.
enum class WebFate : std::uint8_t {
  page,
  moved,
  missing,
  failed,
  unavailable,
  empty_reply,
  reset,
  short_body,
  not_http,
  both_lengths,
  cert_expired,
  cert_name,
  cert_untrusted,
};

/// A row of the family of web fates: truth, site and documentation read the same rows.
struct WebFateRow {
  WebFate fate;
  std::string_view name;
  std::uint16_t share;   ///< of 10,000 names, in a world whose web is varied
  std::uint16_t status;  ///< of the answer; 0: there is none
  Verdict verdict;       ///< of a fetch with the usual options
  std::string_view meaning;
};

// clang-format off
constexpr std::array all_web_fates{
    WebFateRow{WebFate::page, "page", 8'650, 200, Verdict::ok, "a small page with the name in it"},
    WebFateRow{WebFate::moved, "moved", 500, 301, Verdict::ok, "leads to /welcome, which is a page"},
    WebFateRow{WebFate::missing, "missing", 300, 404, Verdict::ok, "404 Not Found"},
    WebFateRow{WebFate::failed, "failed", 150, 500, Verdict::ok, "500 Internal Server Error"},
    WebFateRow{WebFate::unavailable, "unavailable", 150, 503, Verdict::ok, "503 Service Unavailable"},
    WebFateRow{WebFate::empty_reply, "empty_reply", 50, 0, Verdict::empty_reply, "closes before a byte of an answer"},
    WebFateRow{WebFate::reset, "reset", 50, 200, Verdict::connection_reset, "resets the connection within the body"},
    WebFateRow{WebFate::short_body, "short_body", 50, 200, Verdict::partial, "ends within the body"},
    WebFateRow{WebFate::not_http, "not_http", 25, 0, Verdict::bad_answer, "speaks another protocol"},
    WebFateRow{WebFate::both_lengths, "both_lengths", 25, 0, Verdict::bad_framing, "Content-Length and chunks at once"},
    WebFateRow{WebFate::cert_expired, "cert_expired", 20, 200, Verdict::cert_expired, "its certificate has expired"},
    WebFateRow{WebFate::cert_name, "cert_name", 15, 200, Verdict::cert_name, "its certificate is for another name"},
    WebFateRow{WebFate::cert_untrusted, "cert_untrusted", 15, 200, Verdict::cert_untrusted, "nobody knows who made its certificate"},
};
// clang-format on

constexpr const WebFateRow& row_of(WebFate fate) { return all_web_fates[static_cast<std::size_t>(fate)]; }

/// Pure, as fate_of; `page` for every name where the web of the world is plain. Case and a trailing dot do not matter.
WebFate web_fate_of(const WorldSpec& spec, std::string_view host);

/// What a right answer to a GET of a path is, from a host that is open.
struct WebTruth {
  Verdict verdict = Verdict::ok;
  std::uint16_t status = 0;        ///< of the first answer; 0: there is none, or chance decides
  std::uint16_t status_final = 0;  ///< behind all redirects
};
WebTruth web_truth_of(const WorldSpec& spec, std::string_view host, std::string_view target, bool secure);

}  // namespace atonce
