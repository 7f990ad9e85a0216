#include "atonce/jobs/hurl/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "atonce/jobs/hurl/calendar.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/http_date.h"
#include "atonce/protocols/http/media_type.h"
#include "atonce/protocols/tls/message_digest.h"

namespace atonce::hurl {
namespace {

Found some(Value value) { return Found{.value = std::move(value)}; }
Found some(std::string text) { return some(text_value(std::move(text))); }

/// "HTTP/1.1" is "1.1".
std::string_view number_of(HttpVersion version) {
  std::string_view name = name_of(version);
  name.remove_prefix(std::min(name.find('/') + 1, name.size()));
  return name;
}

std::optional<MediaType> media_type(const Answer& answer) {
  const std::optional<std::string_view> field = answer.fields ? answer.fields->find("Content-Type") : std::nullopt;
  return field ? parse_media_type(*field) : std::nullopt;
}

/// An attribute of a Set-Cookie field; nothing when it does not have it. Source: RFC 6265 5.2.
std::optional<std::string_view> attribute_of(std::string_view field, std::string_view name) {
  for (std::size_t end = field.find(';'); end != field.npos;) {
    field.remove_prefix(end + 1);
    end = field.find(';');
    const std::string_view pair = field.substr(0, end);
    const std::size_t sign = pair.find('=');
    if (equal_but_case(trim(pair.substr(0, sign)), name))
      return sign == pair.npos ? std::string_view() : trim(pair.substr(sign + 1));
  }
  return std::nullopt;
}

Value cookie_value(std::string_view attribute, std::string_view text) {
  if (equal_but_case(attribute, "Secure") || equal_but_case(attribute, "HttpOnly")) return Value{true};
  if (equal_but_case(attribute, "Max-Age")) {
    std::int64_t age = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), age);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return integer_value(age);
  }
  if (equal_but_case(attribute, "Expires"))
    if (const std::optional<std::int64_t> unix_s = parse_http_date(text)) return Value{date_of(*unix_s)};
  return text_value(std::string(text));
}

std::string digest_of(DigestKind kind, std::string_view bytes) {
  MessageDigest digest(kind);
  digest.add(std::as_bytes(std::span(bytes)));
  return digest.raw();
}

}  // namespace

Parsed<std::string_view> Examination::bytes() const {
  if (!answer_.body_cut) return answer_.body;
  return complain(fmt::format("is longer than the {} bytes that were kept of it", answer_.body.size()));
}

const Parsed<std::string>& Examination::text() {
  if (text_) return *text_;
  const Parsed<std::string_view> all = bytes();
  const std::optional<MediaType> type = media_type(answer_);
  const std::string charset = type && !type->charset.empty() ? type->charset : "utf-8";
  std::optional<std::string> decoded;
  if (!all) return text_.emplace(std::unexpected(all.error()));
  if (charset == "utf-8" || charset == "utf8" || charset == "us-ascii") {
    if (is_utf8(*all)) decoded = std::string(*all);
  } else {
    decoded = decode_charset(*all, charset);
  }
  if (!decoded)
    return text_.emplace(
        complain(fmt::format("is no text of the character set {}; a filter can say which: bytes decode \"...\"",
                             escape_for_terminal(charset))));
  return text_.emplace(std::move(*decoded));
}

const Parsed<Value>& Examination::json() {
  if (json_) return *json_;
  const Parsed<std::string>& body = text();
  if (!body) return json_.emplace(std::unexpected(body.error()));
  return json_.emplace(parse_json(*body));
}

Evaluated<Found> Examination::find(const Query& query) {
  Evaluated<Found> found = look(query);
  if (!found) return found;
  return apply_filters(std::move(*found), query.filters, scope_);
}

Evaluated<Found> Examination::look(const Query& query) {
  switch (query.kind) {
    case QueryKind::status: return some(integer_value(answer_.status));
    case QueryKind::version: return some(std::string(number_of(answer_.version)));
    case QueryKind::url: return some(std::string(answer_.url));
    case QueryKind::ip: return answer_.ip.empty() ? Found{} : some(answer_.ip);
    case QueryKind::duration:
      return some(integer_value(std::chrono::duration_cast<std::chrono::milliseconds>(answer_.duration).count()));
    case QueryKind::header: return of_fields(query);
    case QueryKind::cookie: return of_cookies(query);
    case QueryKind::certificate: return of_certificate(query);
    case QueryKind::redirects: {
      List steps;
      for (const Redirect& step : answer_.redirects)
        steps.push_back({Object{{"status", integer_value(step.status)}, {"location", text_value(step.url)}}});
      return some(Value{std::move(steps)});
    }
    case QueryKind::variable: {
      const Evaluated<std::string> name = render(query.argument, scope_);
      if (!name) return std::unexpected(name.error());
      const Value* const value = scope_.variables.find(*name);
      return value ? some(*value) : Found{};
    }
    default: return of_body(query);
  }
}

Evaluated<Found> Examination::of_fields(const Query& query) {
  const Evaluated<std::string> name = render(query.argument, scope_);
  if (!name) return std::unexpected(name.error());
  List values;
  for (const std::string_view value : answer_.fields ? answer_.fields->all(*name) : std::vector<std::string_view>())
    values.push_back(text_value(std::string(value)));
  if (values.empty()) return Found{};
  if (values.size() == 1) return some(std::move(values.front()));
  return some(Value{std::move(values)});
}

/// `name` or `name[attribute]`. Of cookies with one name the last counts, as in a jar.
Evaluated<Found> Examination::of_cookies(const Query& query) {
  const Evaluated<std::string> path = render(query.argument, scope_);
  if (!path) return std::unexpected(path.error());
  std::string_view name = *path;
  std::string_view attribute = "Value";
  if (const std::size_t open = name.rfind('['); open != name.npos && name.ends_with(']')) {
    attribute = name.substr(open + 1, name.size() - open - 2);
    name = name.substr(0, open);
  }
  if (std::ranges::none_of(cookie_attributes, [&](std::string_view one) { return equal_but_case(one, attribute); }))
    return wrong_at(query.place, fmt::format("a cookie has no attribute \"{}\"; there are {}",
                                             escape_for_terminal(attribute), fmt::join(cookie_attributes, ", ")));
  Found found;
  for (const std::string_view field :
       answer_.fields ? answer_.fields->all("Set-Cookie") : std::vector<std::string_view>()) {
    const std::string_view pair = field.substr(0, field.find(';'));
    const std::size_t sign = pair.find('=');
    if (sign == pair.npos || trim(pair.substr(0, sign)) != name) continue;
    const bool is_value = equal_but_case(attribute, "Value");
    const std::optional<std::string_view> text =
        is_value ? trim(pair.substr(sign + 1)) : attribute_of(field, attribute);
    found = text ? some(cookie_value(attribute, *text)) : Found{};
  }
  return found;
}

Evaluated<Found> Examination::of_certificate(const Query& query) {
  const Evaluated<std::string> name = render(query.argument, scope_);
  if (!name) return std::unexpected(name.error());
  if (!answer_.certificate) return Found{};
  const CertificateFacts& certificate = *answer_.certificate;
  const auto text = [](const std::string& known) { return known.empty() ? Found{} : some(known); };
  if (*name == "Subject") return text(certificate.subject);
  if (*name == "Issuer") return text(certificate.issuer);
  if (*name == "Start-Date") return some(Value{date_of(certificate.not_before)});
  if (*name == "Expire-Date") return some(Value{date_of(certificate.not_after)});
  if (*name == "Serial-Number") return text(certificate.serial_number);
  if (*name == "Subject-Alt-Name") return text(fmt::format("{}", fmt::join(certificate.names, ", ")));
  return wrong_at(query.place, fmt::format("a certificate has no attribute \"{}\"; there are {}",
                                           escape_for_terminal(*name), fmt::join(certificate_attributes, ", ")));
}

Evaluated<Found> Examination::of_body(const Query& query) {
  if (query.kind == QueryKind::rawbytes) {
    if (answer_.raw_body) return some(Value{Bytes{std::string(*answer_.raw_body)}});
    const bool coded = answer_.fields != nullptr && answer_.fields->has("Content-Encoding");
    if (coded) return wrong_at(query.place, "the body as it came, before it was decoded, was not kept");
  }
  const Parsed<std::string_view> all = bytes();
  if (!all) return wrong_at(query.place, fmt::format("the body {}", all.error().text));
  switch (query.kind) {
    case QueryKind::bytes:
    case QueryKind::rawbytes: return some(Value{Bytes{std::string(*all)}});
    case QueryKind::sha256: return some(Value{Bytes{digest_of(DigestKind::sha256, *all)}});
    case QueryKind::md5: return some(Value{Bytes{digest_of(DigestKind::md5, *all)}});
    default: return of_text(query);
  }
}

Evaluated<Found> Examination::of_text(const Query& query) {
  const Parsed<std::string>& body = text();
  if (!body) return wrong_at(query.place, fmt::format("the body {}", body.error().text));
  if (query.kind == QueryKind::body) return some(*body);
  if (query.kind == QueryKind::xpath) {
    const std::optional<MediaType> type = media_type(answer_);
    const bool xml = (type && type->is_xml() && !type->is_html()) || body->starts_with("<?xml");
    return apply_xpath(*body, xml, query.argument, query.place, scope_);
  }
  if (query.kind == QueryKind::jsonpath) {
    const Parsed<Value>& document = json();
    if (!document) return wrong_at(query.place, fmt::format("the body {}", document.error().text));
    return apply_jsonpath(*document, query.path, query.place, scope_);
  }
  const Evaluated<Regex> pattern = compiled(query.pattern, query.place, scope_);
  if (!pattern) return std::unexpected(pattern.error());
  if (pattern->groups() < 1)
    return wrong_at(query.place, "the regular expression must have a group, as in /id=(\\d+)/");
  const std::optional<std::string_view> group = pattern->first_group_in(*body);
  return group ? some(std::string(*group)) : Found{};
}

}  // namespace atonce::hurl
