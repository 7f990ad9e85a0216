#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/hurl/options.h"
#include "atonce/jobs/hurl/render.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/base64.h"
#include "atonce/protocols/http/form.h"
#include "atonce/protocols/http/writer.h"

namespace atonce::hurl {
namespace {

struct TypeRow {
  std::string_view ending;
  std::string_view type;
};
/// As Hurl has it for files of a form.
constexpr std::array types_by_ending{
    TypeRow{".gif", "image/gif"},       TypeRow{".jpg", "image/jpeg"},    TypeRow{".jpeg", "image/jpeg"},
    TypeRow{".png", "image/png"},       TypeRow{".svg", "image/svg+xml"}, TypeRow{".txt", "text/plain"},
    TypeRow{".htm", "text/html"},       TypeRow{".html", "text/html"},    TypeRow{".pdf", "application/pdf"},
    TypeRow{".xml", "application/xml"},
};

std::string type_of_file(std::string_view name) {
  for (const TypeRow& row : types_by_ending)
    if (name.ends_with(row.ending)) return std::string(row.type);
  return "application/octet-stream";
}

/// One request on its way from templates to text. Each function returns false when there is a finding.
class Preparation {
 public:
  Preparation(const Step& step, const Scope& scope) : step_(step), scope_(scope) {}

  Evaluated<PreparedRequest> run(StepOptions options) {
    request_.method = step_.method;
    request_.options = std::move(options);
    if (url() && fields() && cookies() && authorization() && body() && checked()) return std::move(request_);
    finding_.text = scope_.variables.redact(finding_.text);
    return std::unexpected(std::move(finding_));
  }

 private:
  bool fail(Finding finding) { return finding_ = std::move(finding), false; }
  bool text(const Template& source, std::string& out) {
    Evaluated<std::string> rendered = render(source, scope_);
    if (!rendered) return fail(std::move(rendered.error()));
    out = std::move(*rendered);
    return true;
  }
  bool pairs(const std::vector<FieldTemplate>& source, NameValues& out) {
    for (const FieldTemplate& field : source)
      if (auto& [name, value] = out.emplace_back(); !text(field.name, name) || !text(field.value, value)) return false;
    return true;
  }
  std::string* find_field(std::string_view name) {
    for (auto& [known, value] : request_.fields)
      if (equal_but_case(known, name)) return &value;
    return nullptr;
  }
  void add_unless_there(std::string_view name, std::string value) {
    if (find_field(name) == nullptr) request_.fields.emplace_back(name, std::move(value));
  }

  bool url() {
    std::string written;
    NameValues query;
    if (!text(step_.url, written) || !pairs(step_.query, query)) return false;
    Parsed<Url> parsed = parse_url(written);
    if (!parsed) return fail({step_.place, std::move(parsed.error().text)});
    request_.url = std::move(*parsed);
    append_query(request_.url, query);
    return true;
  }

  bool fields() {
    if (!pairs(step_.fields, request_.fields)) return false;
    for (const Option& option : step_.options) {
      if (option.kind != OptionKind::header) continue;
      std::string line;
      if (!text(option.value, line)) return false;
      const std::size_t colon = line.find(':');
      if (colon == line.npos) return fail({option.place, "the option header takes a field, as \"name: value\""});
      request_.fields.emplace_back(trim(std::string_view(line).substr(0, colon)),
                                   trim(std::string_view(line).substr(colon + 1)));
    }
    return true;
  }

  bool cookies() {
    NameValues read;
    if (!pairs(step_.cookies, read)) return false;
    std::string line;
    for (const auto& [name, value] : read) line += fmt::format("{}{}={}", line.empty() ? "" : "; ", name, value);
    if (line.empty()) return true;
    if (std::string* const known = find_field("Cookie"))
      *known += "; " + line;
    else
      request_.fields.emplace_back("Cookie", std::move(line));
    return true;
  }

  bool authorization() {
    std::string credentials = request_.options.user.value_or("");
    if (step_.basic_auth) {
      std::string user, password;
      if (!text(step_.basic_auth->name, user) || !text(step_.basic_auth->value, password)) return false;
      if (user.find(':') != user.npos)
        return fail({step_.basic_auth->place, "the user of [BasicAuth] cannot have a colon (RFC 7617)"});
      credentials = user + ":" + password;
    }
    if (!credentials.empty()) add_unless_there("Authorization", "Basic " + write_base64(credentials));
    if (!step_.idempotency_key.empty()) add_unless_there("Idempotency-Key", step_.idempotency_key);
    request_.may_repeat = find_field("Idempotency-Key") != nullptr;
    return true;
  }

  bool body() {
    if (step_.body) return explicit_body(*step_.body);
    if (!step_.multipart.empty()) return multipart();
    if (step_.form.empty()) return true;
    NameValues form;
    if (!pairs(step_.form, form)) return false;
    request_.body = write_urlencoded(form);
    add_unless_there("Content-Type", "application/x-www-form-urlencoded");
    return true;
  }

  bool explicit_body(const Body& source) {
    std::string& out = request_.body.emplace();
    switch (source.kind) {
      case Body::Kind::bytes: return out = source.bytes, true;
      case Body::Kind::file: {
        Evaluated<std::string> bytes = read_named(source.text, source.place, scope_);
        if (!bytes) return fail(std::move(bytes.error()));
        return out = std::move(*bytes), true;
      }
      case Body::Kind::text: return text(source.text, out);
      case Body::Kind::json: add_unless_there("Content-Type", "application/json"); return text(source.text, out);
      case Body::Kind::xml: add_unless_there("Content-Type", "application/xml"); return text(source.text, out);
      case Body::Kind::graphql: return graphql(source, out);
    }
    return true;
  }

  bool graphql(const Body& source, std::string& out) {
    std::string query, variables;
    if (!text(source.text, query)) return false;
    if (!source.variables.empty() && !text(source.variables.front().value, variables)) return false;
    out = "{\"query\":";
    append_json_string(out, query);
    if (!variables.empty()) out += ",\"variables\":" + variables;
    out += '}';
    add_unless_there("Content-Type", "application/json");
    return true;
  }

  bool multipart() {
    std::vector<atonce::FormPart> parts;
    for (const FormPart& source : step_.multipart) {
      atonce::FormPart& part = parts.emplace_back();
      if (!text(source.name, part.name)) return false;
      if (!source.is_file) {
        if (!text(source.value, part.value)) return false;
        continue;
      }
      std::string path;
      Evaluated<std::string> bytes = read_named(source.value, source.place, scope_);
      if (!bytes) return fail(std::move(bytes.error()));
      if (!text(source.value, path)) return false;
      part.value = std::move(*bytes);
      part.file_name = path.substr(path.rfind('/') + 1);
      part.content_type = source.content_type.empty() ? type_of_file(part.file_name) : source.content_type;
    }
    Parsed<MultipartBody> written = write_multipart(parts);
    if (!written) return fail({step_.multipart.front().place, std::move(written.error().text)});
    request_.body = std::move(written->body);
    add_unless_there("Content-Type", std::move(written->content_type));
    return true;
  }

  /// What must not go over the wire does not leave here.
  bool checked() {
    if (std::string why = complaint_about_method(request_.method); !why.empty())
      return fail({step_.place, std::move(why)});
    for (std::size_t i = 0; i < request_.fields.size(); ++i) {
      const auto& [name, value] = request_.fields[i];
      const bool written = i < step_.fields.size() && step_.fields[i].place.line > 0;
      const Place place = written ? step_.fields[i].place : step_.place;
      if (std::string why = complaint_about_field(name, value); !why.empty()) return fail({place, std::move(why)});
    }
    return true;
  }

  const Step& step_;
  const Scope& scope_;
  PreparedRequest request_;
  Finding finding_;
};

}  // namespace

std::expected<StepOptions, Finding> prepare_options(const Step& step, Variables& variables, const Sources& sources) {
  const Scope scope{variables, sources};
  StepOptions options;
  for (const Option& option : step.options) {
    const auto refuse = [&](std::string_view why) {
      return wrong_at(option.place, variables.redact(fmt::format("an option of this request {}", why)));
    };
    const Evaluated<std::string> value = render(option.value, scope);
    if (!value) return wrong_at(value.error().place, variables.redact(value.error().text));
    if (const std::string wrong = read_option(option.kind, *value, options); !wrong.empty()) return refuse(wrong);
    if (option.kind != OptionKind::variable) continue;
    Parsed<std::pair<std::string, Value>> variable = parse_variable(*value);
    if (!variable) return refuse("is no variable: " + variable.error().text);
    variables.set(std::move(variable->first), std::move(variable->second));
  }
  return options;
}

std::expected<PreparedRequest, Finding> prepare(const Step& step, Variables& variables, const Sources& sources) {
  std::expected<StepOptions, Finding> options = prepare_options(step, variables, sources);
  if (!options) return std::unexpected(std::move(options.error()));
  if (options->skip) return PreparedRequest{.method = step.method, .options = std::move(*options)};
  const Scope scope{variables, sources};
  return Preparation(step, scope).run(std::move(*options));
}

}  // namespace atonce::hurl
