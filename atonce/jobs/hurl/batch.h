#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/value.h"
#include "atonce/jobs/regex.h"
#include "atonce/model/duration.h"
#include "atonce/model/exchange.h"

// A batch is requests in an order, each with what is expected of its answer: what a Hurl file says, and what lines of
// JSON say. Plain values; `evaluate.h` gives them a meaning. Source: hurl.dev (grammar, request, response, options).

namespace atonce::hurl {

/// Where something stands in its file, from 1. The column counts characters, not bytes.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(Place, Place) = default;
};

struct Filter;
class JsonPath;

/// `{{name filter...}}`, `{{newUuid}}`, `{{newDate}}`.
struct Expression {
  enum class Source : std::uint8_t { variable, new_uuid, new_date };
  /// How the value is written: as it is; inside the quotes of a JSON string; as a value of JSON.
  enum class Writing : std::uint8_t { plain, json_text, json_value };
  Source source = Source::variable;
  Writing writing = Writing::plain;
  std::string name;  ///< of the variable
  std::vector<Filter> filters;
  Place place;
};

/// Text with expressions in it.
struct Template {
  struct Piece {
    std::string text;                    ///< in front of the expression
    std::vector<Expression> expression;  ///< none or one
  };
  std::vector<Piece> pieces;

  /// A text without expressions.
  static Template of(std::string text);
  bool empty() const { return pieces.empty(); }
  bool is_literal() const;
  /// The text when there is no expression in it; empty otherwise.
  std::string_view literal() const;
};

struct FieldTemplate {
  Template name;
  Template value;
  Place place;
};

/// `file,name;` or a text, in a multipart form.
struct FormPart {
  Template name;
  Template value;  ///< text, or the name of the file
  bool is_file = false;
  std::string content_type;  ///< of a file; empty: by its name
  Place place;
};

struct Body {
  enum class Kind : std::uint8_t { text, json, xml, graphql, bytes, file };
  Kind kind = Kind::text;
  Template text;                         ///< `text` to `graphql`: what is sent; `file`: its name
  std::vector<FieldTemplate> variables;  ///< of `graphql`: one, whose value is a JSON object
  std::string bytes;                     ///< `bytes`: base64 and hex, decoded
  Place place;
};

/// A pattern between slashes or quotes: compiled as soon as it has no expression in it.
struct Pattern {
  Template text;
  std::optional<Regex> compiled;
};

/// A JSONPath; compiled as soon as it has no expression in it.
struct PathText {
  Template text;
  std::shared_ptr<const JsonPath> compiled;
};

/// What a filter does; `all_filters` in filter_table.h has their names and arguments.
enum class FilterKind : std::uint8_t {
  base64_decode,
  base64_encode,
  base64_url_safe_decode,
  base64_url_safe_encode,
  count,
  date_format,
  days_after_now,
  days_before_now,
  decode,
  first,
  html_escape,
  html_unescape,
  jsonpath,
  last,
  location,
  nth,
  regex,
  replace,
  replace_regex,
  split,
  to_date,
  to_float,
  to_hex,
  to_int,
  to_string,
  url_decode,
  url_encode,
  url_query_param,
  utf8_decode,
  utf8_encode,
  xpath,
};

struct Filter {
  FilterKind kind = FilterKind::count;
  Template first;          ///< of `replace`: what is replaced; of `split`: the separator; ...
  Template second;         ///< of `replace`: by what
  std::int64_t index = 0;  ///< of `nth`
  Pattern pattern;
  PathText path;
  Place place;
};

enum class QueryKind : std::uint8_t {
  status,
  version,
  url,
  header,
  cookie,
  body,
  xpath,
  jsonpath,
  regex,
  variable,
  duration,
  bytes,
  rawbytes,
  sha256,
  md5,
  certificate,
  ip,
  redirects,
};

/// What is looked at in an answer, and how it is refined.
struct Query {
  QueryKind kind = QueryKind::status;
  Template argument;  ///< name of a field, a variable, a certificate attribute; an XPath; "name[attribute]" of a cookie
  Pattern pattern;    ///< of `regex`
  PathText path;      ///< of `jsonpath`
  std::vector<Filter> filters;
  Place place;
};

/// `name: query filter... redact`.
struct Capture {
  Template name;
  Query query;
  bool redact = false;  ///< the value is a secret from now on
  Place place;
};

enum class PredicateKind : std::uint8_t {
  equal,
  not_equal,
  greater,
  greater_or_equal,
  less,
  less_or_equal,
  starts_with,
  ends_with,
  contains,
  includes,
  matches,
  exists,
  is_boolean,
  is_collection,
  is_date,
  is_empty,
  is_float,
  is_integer,
  is_ipv4,
  is_ipv6,
  is_iso_date,
  is_list,
  is_number,
  is_object,
  is_string,
  is_uuid,
};

/// The right side of a predicate.
struct Expected {
  enum class Kind : std::uint8_t { none, constant, text, expression, file, regex };
  Kind kind = Kind::none;
  Value constant;  ///< number, truth value, null, bytes
  Template text;   ///< a string; `expression`: one expression, whose type counts; `file`: its name
  Pattern pattern;
};

/// `query filter... not predicate expected`.
struct Assert {
  Query query;
  bool negated = false;
  PredicateKind predicate = PredicateKind::exists;
  Expected expected;
  std::string source;  ///< as it is written, for messages
  Place place;
};

/// What is expected of an answer.
struct Response {
  HttpVersion version = HttpVersion::unknown;  ///< unknown: any
  std::optional<std::uint16_t> status;         ///< none: any
  std::vector<FieldTemplate> fields;
  std::vector<Capture> captures;
  std::vector<Assert> asserts;
  std::optional<Body> body;
  Place version_place;
  Place status_place;
};

/// A line of [Options] that we know; `all_options` in option_table.h has their names.
enum class OptionKind : std::uint8_t {
  compressed,
  connect_timeout,
  delay,
  header,
  http11,
  http2,
  insecure,
  location,
  max_redirs,
  max_time,
  repeat,
  retry,
  retry_interval,
  skip,
  user,
  variable,
  output_only,  ///< verbose, very-verbose, verbosity: how much Hurl prints; every row here has it all
};

struct Option {
  OptionKind kind = OptionKind::delay;
  Template value;
  Place place;
};

/// One request, and what is expected of its answer.
struct Step {
  std::string method;
  Template url;
  std::vector<FieldTemplate> fields;
  std::vector<FieldTemplate> query;
  std::vector<FieldTemplate> form;
  std::vector<FormPart> multipart;
  std::vector<FieldTemplate> cookies;
  std::optional<FieldTemplate> basic_auth;  ///< user and password
  std::vector<Option> options;
  std::optional<Body> body;
  std::optional<Response> response;
  std::string idempotency_key;  ///< not empty: goes out as Idempotency-Key, and the step may be sent again
  std::string complaint;        ///< why there is no request in the line; only in batches that have a complaint
  Place place;                  ///< of the method
};

/// Requests that go out one after the other, each after the answer to the one before.
struct Batch {
  std::string name;       ///< the file's, or the `batch` of lines of JSON
  std::string source;     ///< path of the file; empty: standard input
  std::string complaint;  ///< why none of its steps may be sent; empty: they may
  std::vector<Step> steps;
};

/// What a batch may be at most. Hurl has no such bounds; each of these is far above its own samples.
struct BatchLimits {
  std::size_t file_bytes_max = 16 << 20;    ///< of a Hurl file
  std::size_t line_bytes_max = 16 << 20;    ///< of a line of JSON: bodies are in it
  std::size_t steps_max = 100'000;          ///< of one batch
  std::size_t batch_bytes_max = 256 << 20;  ///< of one batch of JSON lines, which is held to its last line
  std::size_t name_bytes_max = 1 << 10;     ///< of a batch, a variable
  std::size_t depth_max = 100;              ///< of JSON bodies; of filters behind one query
  std::size_t findings_max = 100;           ///< that are told about one file
};

/// Something in a file that cannot be, or that we do not support: a sentence or two.
struct Finding {
  Place place;
  std::string text;
  bool unsupported = false;  ///< Hurl knows it; atonce does not
};

/// "a.hurl:3:5: ...", as compilers write it; `file` is made safe for a terminal.
std::string write_finding(std::string_view file, const Finding& finding);

}  // namespace atonce::hurl
