#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "atonce/jobs/hurl/batch.h"

// The words of Hurl as tables: the reader, messages and documentation read the same rows.

namespace atonce::hurl {

struct QueryRow {
  enum class Argument : std::uint8_t { none, text, pattern, path };
  std::string_view name;
  QueryKind kind;
  Argument argument;
};

constexpr std::array all_queries{
    QueryRow{"status", QueryKind::status, QueryRow::Argument::none},
    QueryRow{"version", QueryKind::version, QueryRow::Argument::none},
    QueryRow{"url", QueryKind::url, QueryRow::Argument::none},
    QueryRow{"header", QueryKind::header, QueryRow::Argument::text},
    QueryRow{"cookie", QueryKind::cookie, QueryRow::Argument::text},
    QueryRow{"body", QueryKind::body, QueryRow::Argument::none},
    QueryRow{"xpath", QueryKind::xpath, QueryRow::Argument::text},
    QueryRow{"jsonpath", QueryKind::jsonpath, QueryRow::Argument::path},
    QueryRow{"regex", QueryKind::regex, QueryRow::Argument::pattern},
    QueryRow{"variable", QueryKind::variable, QueryRow::Argument::text},
    QueryRow{"duration", QueryKind::duration, QueryRow::Argument::none},
    QueryRow{"bytes", QueryKind::bytes, QueryRow::Argument::none},
    QueryRow{"rawbytes", QueryKind::rawbytes, QueryRow::Argument::none},
    QueryRow{"sha256", QueryKind::sha256, QueryRow::Argument::none},
    QueryRow{"md5", QueryKind::md5, QueryRow::Argument::none},
    QueryRow{"certificate", QueryKind::certificate, QueryRow::Argument::text},
    QueryRow{"ip", QueryKind::ip, QueryRow::Argument::none},
    QueryRow{"redirects", QueryKind::redirects, QueryRow::Argument::none},
};

struct FilterRow {
  enum class Argument : std::uint8_t { none, text, pattern, path, index, text_and_text, pattern_and_text };
  std::string_view name;
  FilterKind kind;
  Argument argument;
};

/// Of two names of one filter the first is the one that messages use.
constexpr std::array all_filters{
    FilterRow{"base64Decode", FilterKind::base64_decode, FilterRow::Argument::none},
    FilterRow{"base64Encode", FilterKind::base64_encode, FilterRow::Argument::none},
    FilterRow{"base64UrlSafeDecode", FilterKind::base64_url_safe_decode, FilterRow::Argument::none},
    FilterRow{"base64UrlSafeEncode", FilterKind::base64_url_safe_encode, FilterRow::Argument::none},
    FilterRow{"count", FilterKind::count, FilterRow::Argument::none},
    FilterRow{"dateFormat", FilterKind::date_format, FilterRow::Argument::text},
    FilterRow{"format", FilterKind::date_format, FilterRow::Argument::text},
    FilterRow{"daysAfterNow", FilterKind::days_after_now, FilterRow::Argument::none},
    FilterRow{"daysBeforeNow", FilterKind::days_before_now, FilterRow::Argument::none},
    FilterRow{"charsetDecode", FilterKind::decode, FilterRow::Argument::text},
    FilterRow{"decode", FilterKind::decode, FilterRow::Argument::text},
    FilterRow{"first", FilterKind::first, FilterRow::Argument::none},
    FilterRow{"htmlEscape", FilterKind::html_escape, FilterRow::Argument::none},
    FilterRow{"htmlUnescape", FilterKind::html_unescape, FilterRow::Argument::none},
    FilterRow{"jsonpath", FilterKind::jsonpath, FilterRow::Argument::path},
    FilterRow{"last", FilterKind::last, FilterRow::Argument::none},
    FilterRow{"location", FilterKind::location, FilterRow::Argument::none},
    FilterRow{"nth", FilterKind::nth, FilterRow::Argument::index},
    FilterRow{"regex", FilterKind::regex, FilterRow::Argument::pattern},
    FilterRow{"replace", FilterKind::replace, FilterRow::Argument::text_and_text},
    FilterRow{"replaceRegex", FilterKind::replace_regex, FilterRow::Argument::pattern_and_text},
    FilterRow{"split", FilterKind::split, FilterRow::Argument::text},
    FilterRow{"toDate", FilterKind::to_date, FilterRow::Argument::text},
    FilterRow{"toFloat", FilterKind::to_float, FilterRow::Argument::none},
    FilterRow{"toHex", FilterKind::to_hex, FilterRow::Argument::none},
    FilterRow{"toInt", FilterKind::to_int, FilterRow::Argument::none},
    FilterRow{"toString", FilterKind::to_string, FilterRow::Argument::none},
    FilterRow{"urlDecode", FilterKind::url_decode, FilterRow::Argument::none},
    FilterRow{"urlEncode", FilterKind::url_encode, FilterRow::Argument::none},
    FilterRow{"urlQueryParam", FilterKind::url_query_param, FilterRow::Argument::text},
    FilterRow{"utf8Decode", FilterKind::utf8_decode, FilterRow::Argument::none},
    FilterRow{"utf8Encode", FilterKind::utf8_encode, FilterRow::Argument::none},
    FilterRow{"xpath", FilterKind::xpath, FilterRow::Argument::text},
};

struct PredicateRow {
  enum class Argument : std::uint8_t { none, any, ordered, bytes, pattern };
  std::string_view name;
  PredicateKind kind;
  Argument argument;
};

constexpr std::array all_predicates{
    PredicateRow{"==", PredicateKind::equal, PredicateRow::Argument::any},
    PredicateRow{"equals", PredicateKind::equal, PredicateRow::Argument::any},
    PredicateRow{"!=", PredicateKind::not_equal, PredicateRow::Argument::any},
    PredicateRow{"notEquals", PredicateKind::not_equal, PredicateRow::Argument::any},
    PredicateRow{">=", PredicateKind::greater_or_equal, PredicateRow::Argument::ordered},
    PredicateRow{"greaterThanOrEquals", PredicateKind::greater_or_equal, PredicateRow::Argument::ordered},
    PredicateRow{">", PredicateKind::greater, PredicateRow::Argument::ordered},
    PredicateRow{"greaterThan", PredicateKind::greater, PredicateRow::Argument::ordered},
    PredicateRow{"<=", PredicateKind::less_or_equal, PredicateRow::Argument::ordered},
    PredicateRow{"lessThanOrEquals", PredicateKind::less_or_equal, PredicateRow::Argument::ordered},
    PredicateRow{"<", PredicateKind::less, PredicateRow::Argument::ordered},
    PredicateRow{"lessThan", PredicateKind::less, PredicateRow::Argument::ordered},
    PredicateRow{"startsWith", PredicateKind::starts_with, PredicateRow::Argument::bytes},
    PredicateRow{"endsWith", PredicateKind::ends_with, PredicateRow::Argument::bytes},
    PredicateRow{"contains", PredicateKind::contains, PredicateRow::Argument::bytes},
    PredicateRow{"includes", PredicateKind::includes, PredicateRow::Argument::any},
    PredicateRow{"matches", PredicateKind::matches, PredicateRow::Argument::pattern},
    PredicateRow{"exists", PredicateKind::exists, PredicateRow::Argument::none},
    PredicateRow{"isBoolean", PredicateKind::is_boolean, PredicateRow::Argument::none},
    PredicateRow{"isCollection", PredicateKind::is_collection, PredicateRow::Argument::none},
    PredicateRow{"isDate", PredicateKind::is_date, PredicateRow::Argument::none},
    PredicateRow{"isEmpty", PredicateKind::is_empty, PredicateRow::Argument::none},
    PredicateRow{"isFloat", PredicateKind::is_float, PredicateRow::Argument::none},
    PredicateRow{"isInteger", PredicateKind::is_integer, PredicateRow::Argument::none},
    PredicateRow{"isIpv4", PredicateKind::is_ipv4, PredicateRow::Argument::none},
    PredicateRow{"isIpv6", PredicateKind::is_ipv6, PredicateRow::Argument::none},
    PredicateRow{"isIsoDate", PredicateKind::is_iso_date, PredicateRow::Argument::none},
    PredicateRow{"isList", PredicateKind::is_list, PredicateRow::Argument::none},
    PredicateRow{"isNumber", PredicateKind::is_number, PredicateRow::Argument::none},
    PredicateRow{"isObject", PredicateKind::is_object, PredicateRow::Argument::none},
    PredicateRow{"isString", PredicateKind::is_string, PredicateRow::Argument::none},
    PredicateRow{"isUuid", PredicateKind::is_uuid, PredicateRow::Argument::none},
};

struct OptionRow {
  std::string_view name;
  OptionKind kind;
};

constexpr std::array all_options{
    OptionRow{"compressed", OptionKind::compressed},
    OptionRow{"connect-timeout", OptionKind::connect_timeout},
    OptionRow{"delay", OptionKind::delay},
    OptionRow{"header", OptionKind::header},
    OptionRow{"http1.1", OptionKind::http11},
    OptionRow{"http2", OptionKind::http2},
    OptionRow{"insecure", OptionKind::insecure},
    OptionRow{"location", OptionKind::location},
    OptionRow{"max-redirs", OptionKind::max_redirs},
    OptionRow{"max-time", OptionKind::max_time},
    OptionRow{"repeat", OptionKind::repeat},
    OptionRow{"retry", OptionKind::retry},
    OptionRow{"retry-interval", OptionKind::retry_interval},
    OptionRow{"skip", OptionKind::skip},
    OptionRow{"user", OptionKind::user},
    OptionRow{"variable", OptionKind::variable},
    OptionRow{"verbose", OptionKind::output_only},
    OptionRow{"very-verbose", OptionKind::output_only},
    OptionRow{"verbosity", OptionKind::output_only},
};

/// Options of Hurl that we refuse by name, and what to do instead; empty: nothing.
struct UnsupportedRow {
  std::string_view name;
  std::string_view instead;
};

constexpr std::array unsupported_options{
    UnsupportedRow{"aws-sigv4", ""},
    UnsupportedRow{"cacert", "give --cacert for the whole run"},
    UnsupportedRow{"cert", "give --cert for the whole run"},
    UnsupportedRow{"connect-to", ""},
    UnsupportedRow{"digest", ""},
    UnsupportedRow{"http1.0", ""},
    UnsupportedRow{"http3", ""},
    UnsupportedRow{"ipv4", ""},
    UnsupportedRow{"ipv6", ""},
    UnsupportedRow{"key", "give --cert for the whole run"},
    UnsupportedRow{"limit-rate", ""},
    UnsupportedRow{"location-trusted", "credentials never go to another host; use location"},
    UnsupportedRow{"negotiate", ""},
    UnsupportedRow{"netrc", ""},
    UnsupportedRow{"netrc-file", ""},
    UnsupportedRow{"netrc-optional", ""},
    UnsupportedRow{"ntlm", ""},
    UnsupportedRow{"output", "each row has what came of the request"},
    UnsupportedRow{"path-as-is", ""},
    UnsupportedRow{"pinnedpubkey", ""},
    UnsupportedRow{"proxy", "give --proxy for the whole run"},
    UnsupportedRow{"resolve", ""},
    UnsupportedRow{"unix-socket", ""},
};

/// Attributes of a certificate that can be asked for.
constexpr std::array<std::string_view, 6> certificate_attributes{"Subject",     "Issuer",        "Start-Date",
                                                                 "Expire-Date", "Serial-Number", "Subject-Alt-Name"};
/// Attributes of a cookie: `cookie "name[Path]"`.
constexpr std::array<std::string_view, 8> cookie_attributes{"Value", "Expires", "Max-Age",  "Domain",
                                                            "Path",  "Secure",  "HttpOnly", "SameSite"};

constexpr std::string_view name_of(FilterKind kind) {
  for (const FilterRow& row : all_filters)
    if (row.kind == kind) return row.name;
  return "";
}

}  // namespace atonce::hurl
