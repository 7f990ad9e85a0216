#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "atonce/jobs/hurl/hurl_reader.h"
#include "atonce/jobs/hurl/options.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

/// A section of Hurl under both of its names.
enum class Section : std::uint8_t { query, form, multipart, cookies, basic_auth, options, captures, asserts };

struct SectionRow {
  std::string_view name;
  Section section;
};

constexpr std::array all_sections{
    SectionRow{"Query", Section::query},         SectionRow{"QueryStringParams", Section::query},
    SectionRow{"Form", Section::form},           SectionRow{"FormParams", Section::form},
    SectionRow{"Multipart", Section::multipart}, SectionRow{"MultipartFormData", Section::multipart},
    SectionRow{"Cookies", Section::cookies},     SectionRow{"BasicAuth", Section::basic_auth},
    SectionRow{"Options", Section::options},     SectionRow{"Captures", Section::captures},
    SectionRow{"Asserts", Section::asserts},
};

const SectionRow* find_section(std::string_view name) {
  const auto row = std::ranges::find(all_sections, name, &SectionRow::name);
  return row == all_sections.end() ? nullptr : &*row;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool HurlReader::at_method() const {
  std::size_t length = 0;
  while (peek(length) >= 'A' && peek(length) <= 'Z') ++length;
  return length > 0 && (peek(length) == ' ' || peek(length) == '\t') && !at_response();
}

bool HurlReader::at_response() const { return at("HTTP ") || at("HTTP\t") || at("HTTP/"); }

bool HurlReader::entry(Step& out) {
  out.place = state_.place;
  if (at_response()) return fail("a request must come before what is expected of its answer");
  if (!at_method())
    return fail("a request must stand here: a method in capital letters and a URL, as GET https://example.org");
  out.method = word();
  advance(out.method.size());
  skip_blanks();
  if (out.method == "CONNECT") note(out.place, "the method CONNECT is not supported");
  if (!value(out.url)) return false;
  if (out.url.empty()) return fail("a URL must follow the method");
  if (!end_line() || !fields(out.fields) || !request_sections(out)) return false;
  Body read;
  const Found found = body(read);
  if (found == Found::wrong) return false;
  if (found == Found::yes) out.body = std::move(read);
  skip_lines();
  return !at_response() || response(out.response.emplace());
}

/// As many as there are; the reader stands at what comes after.
bool HurlReader::fields(std::vector<FieldTemplate>& out) {
  for (;;) {
    skip_lines();
    std::string_view name;
    if (at_end() || section_name(name) != Found::no) return true;
    FieldTemplate read;
    const Found found = field(read);
    if (found == Found::wrong) return false;
    if (found == Found::no) return true;
    out.push_back(std::move(read));
  }
}

/// Looks whether "[Name]" stands here, and takes nothing. JSON may begin with "[true]", too.
HurlReader::Found HurlReader::section_name(std::string_view& name) {
  if (peek() != '[') return Found::no;
  std::size_t end = 1;
  while (is_letter(peek(end))) ++end;
  name = text_.substr(state_.at + 1, end - 1);
  if (name.empty() || peek(end) != ']' || name == "true" || name == "false" || name == "null") return Found::no;
  return find_section(name) != nullptr ? Found::yes : Found::wrong;
}

bool HurlReader::request_sections(Step& step) {
  unsigned seen = 0;
  for (std::string_view name;;) {
    skip_lines();
    const Found found = section_name(name);
    if (found == Found::no) return true;
    if (found == Found::wrong) return fail(fmt::format("there is no section [{}]", name));
    const Section section = find_section(name)->section;
    if (section >= Section::captures)
      return fail(fmt::format("[{}] belongs to an answer: a line as HTTP 200 must come first", name));
    if ((seen & 1U << static_cast<unsigned>(section)) != 0)
      return fail(fmt::format("this request has two sections [{}]", name));
    seen |= 1U << static_cast<unsigned>(section);
    const Place start = state_.place;
    advance(name.size() + 2);
    if (!end_line()) return false;
    std::vector<FieldTemplate> auth;
    bool good = false;
    switch (section) {
      case Section::query: good = fields(step.query); break;
      case Section::form: good = fields(step.form); break;
      case Section::multipart: good = multipart(step.multipart); break;
      case Section::cookies: good = fields(step.cookies); break;
      case Section::options: good = options(step.options); break;
      default: good = fields(auth); break;
    }
    if (!good) return false;
    if (section != Section::basic_auth) continue;
    if (auth.size() > 1) return fail_at(auth[1].place, "[BasicAuth] has one line: user and password");
    if (auth.empty()) return fail_at(start, "a line with user and password must follow [BasicAuth]");
    step.basic_auth = std::move(auth.front());
  }
}

bool HurlReader::multipart(std::vector<FormPart>& out) {
  for (;;) {
    skip_lines();
    std::string_view name;
    if (at_end() || section_name(name) != Found::no) return true;
    const State start = state_;
    FormPart part{.place = state_.place};
    const Found found = key(part.name);
    if (found == Found::wrong) return false;
    skip_blanks();
    if (found == Found::no || !take(":")) {
      state_ = start;
      return true;
    }
    skip_blanks();
    if (take("file,")) {
      part.is_file = true;
      if (!file(part.value)) return false;
      skip_blanks();
      Template type;
      if (!value(type)) return false;
      if (!type.is_literal()) return fail("the content type of a file cannot have an expression in it");
      part.content_type = type.literal();
    } else if (!value(part.value)) {
      return false;
    }
    if (!end_line()) return false;
    out.push_back(std::move(part));
  }
}

bool HurlReader::options(std::vector<Option>& out) {
  for (;;) {
    skip_lines();
    const State start = state_;
    std::size_t end = 0;
    while (is_letter(peek(end)) || peek(end) == '-' || peek(end) == '.' || (peek(end) >= '0' && peek(end) <= '9'))
      ++end;
    const std::string_view name = text_.substr(state_.at, end);
    advance(end);
    skip_blanks();
    if (name.empty() || !take(":")) {
      state_ = start;
      return true;
    }
    skip_blanks();
    Option read{.place = start.place};
    if (!option(read, name)) return false;
    if (read.kind != OptionKind::output_only) out.push_back(std::move(read));
  }
}

bool HurlReader::option(Option& out, std::string_view name) {
  if (!value(out.value) || !end_line()) return false;
  const auto known = std::ranges::find(all_options, name, &OptionRow::name);
  if (known == all_options.end()) {
    out.kind = OptionKind::output_only;
    const auto refused = std::ranges::find(unsupported_options, name, &UnsupportedRow::name);
    if (refused == unsupported_options.end()) return fail_at(out.place, fmt::format("there is no option {}", name));
    note(out.place, fmt::format("the option {} is not supported{}{}", name, refused->instead.empty() ? "" : "; ",
                                refused->instead));
    return true;
  }
  out.kind = known->kind;
  StepOptions ignored;
  if (!out.value.is_literal()) return true;
  const std::string wrong = read_option(out.kind, out.value.literal(), ignored);
  if (!wrong.empty()) note_wrong(out.place, fmt::format("the option {} {}", name, wrong));
  return true;
}

bool HurlReader::response(Response& out) {
  if (!status_line(out) || !fields(out.fields) || !response_sections(out)) return false;
  Body read;
  const Found found = body(read);
  if (found == Found::wrong) return false;
  if (found == Found::yes && read.kind == Body::Kind::graphql)
    return fail_at(read.place, "a GraphQL query is nothing that an answer can be");
  if (found == Found::yes) out.body = std::move(read);
  return true;
}

bool HurlReader::status_line(Response& out) {
  out.version_place = state_.place;
  std::size_t end = 0;
  while (end < 16 && !at_end() && peek(end) != ' ' && peek(end) != '\t' && peek(end) != '\n' && peek(end) != '\0')
    ++end;
  const std::string_view version = text_.substr(state_.at, end);
  if (version == "HTTP/3")
    note(state_.place, "HTTP/3 is not supported");
  else if (version == "HTTP/1.0")
    out.version = HttpVersion::http10;
  else if (version == "HTTP/1.1")
    out.version = HttpVersion::http11;
  else if (version == "HTTP/2")
    out.version = HttpVersion::http2;
  else if (version != "HTTP" && version != "HTTP/*")
    return fail("a version of HTTP must stand here: HTTP, HTTP/1.0, HTTP/1.1 or HTTP/2");
  advance(end);
  if (!need_blank("a status code or *")) return false;
  out.status_place = state_.place;
  if (take("*")) return end_line();
  const std::string_view digits = word();
  std::uint16_t status = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (digits.size() != 3 || read.ptr != digits.data() + 3 || status < 100)
    return fail("a status code of three digits or * must stand here");
  out.status = status;
  advance(3);
  return end_line();
}

bool HurlReader::response_sections(Response& out) {
  bool captures_seen = false;
  bool asserts_seen = false;
  for (std::string_view name;;) {
    skip_lines();
    const Found found = section_name(name);
    if (found == Found::no) return true;
    if (found == Found::wrong) return fail(fmt::format("there is no section [{}]", name));
    const Section section = find_section(name)->section;
    if (section < Section::captures)
      return fail(fmt::format("[{}] belongs to a request, and must stand before the line HTTP ...", name));
    bool& seen = section == Section::captures ? captures_seen : asserts_seen;
    if (seen) return fail(fmt::format("this answer has two sections [{}]", name));
    seen = true;
    advance(name.size() + 2);
    if (!end_line()) return false;
    if (!(section == Section::captures ? captures(out.captures) : assertions(out.asserts))) return false;
  }
}

bool HurlReader::captures(std::vector<Capture>& out) {
  for (;;) {
    skip_lines();
    std::string_view name;
    if (at_end() || section_name(name) != Found::no) return true;
    const State start = state_;
    Template ignored;
    const Found found = key(ignored);
    if (found == Found::wrong) return false;
    skip_blanks();
    const bool another = found == Found::yes && peek() == ':';
    state_ = start;
    if (!another) return true;
    if (!capture(out.emplace_back())) return false;
  }
}

/// As long as a line begins with a word that is no body and no method.
bool HurlReader::assertions(std::vector<Assert>& out) {
  for (;;) {
    skip_lines();
    const std::string_view name = word();
    const bool body_begins =
        name == "true" || name == "false" || name == "null" || at("base64,") || at("hex,") || at("file,");
    if (name.empty() || !is_letter(name[0]) || body_begins || at_method() || at_response()) return true;
    if (!assertion(out.emplace_back())) return false;
  }
}

}  // namespace atonce::hurl
