// The options of a fetch: what is sent, and what is looked for in the answer.

#include <array>

#include "atonce/cli/option_effects.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/set_field.h"
#include "atonce/cli/values.h"

namespace atonce {
namespace {

constexpr std::uint64_t redirects_max = 1'000;
constexpr std::uint64_t body_bytes_max = std::uint64_t{1} << 40;

Parsed<void> choose_version(Invocation& invocation, HttpVersionChoice version) {
  HttpVersionChoice& chosen = invocation.plan.fetch.version;
  if (chosen != HttpVersionChoice::automatic && chosen != version)
    return complain("--http1.1 and --http2 exclude each other; leave both out to use what the server prefers");
  chosen = version;
  return {};
}

Parsed<void> add_data(Invocation& invocation, const Values& values, bool binary) {
  for (const std::string& value : values) invocation.request.data.push_back({value, binary});
  return {};
}

Parsed<void> set_path(std::string& field, const Values& values) {
  if (values.back().empty()) return complain("the name of the file is empty");
  field = values.back();
  return {};
}

Parsed<void> set_conditions(std::vector<AnswerCondition>& conditions, const Values& values) {
  for (const std::string& value : values) {
    Parsed<AnswerCondition> condition = parse_condition(value);
    if (!condition) return std::unexpected(std::move(condition.error()));
    conditions.push_back(std::move(*condition));
  }
  return {};
}

}  // namespace

Parsed<void> apply_url(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.input.url_template = values.back();
  if (values.back().find("{}") == std::string::npos)
    return complain("the template has {} where the host goes, as in https://{}/robots.txt; a URL stands without --url");
  return {};
}

Parsed<void> apply_request(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.fetch.method, parse_method(values.back()));
}

Parsed<void> apply_header(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.request.fields = values;
  return {};
}

Parsed<void> apply_data(Invocation& invocation, const Values& values, const KnownNames&) {
  return add_data(invocation, values, false);
}
Parsed<void> apply_data_binary(Invocation& invocation, const Values& values, const KnownNames&) {
  return add_data(invocation, values, true);
}

Parsed<void> apply_head(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.head = true;
  return {};
}

Parsed<void> apply_location(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.follow = true;
  return {};
}

Parsed<void> apply_max_redirs(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.fetch.max_redirects, parse_number(values.back(), 0, redirects_max));
}

Parsed<void> apply_user(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().find(':') == std::string::npos && values.back() != hidden_secret)
    return complain("the password is missing; write USER:PASS, and USER: for an empty one");
  invocation.plan.fetch.user = values.back();
  return {};
}

Parsed<void> apply_cookie(Invocation& invocation, const Values& values, const KnownNames&) {
  std::string& cookie = invocation.plan.fetch.cookie;
  cookie.clear();
  for (const std::string& value : values) {
    if (value.empty()) {
      invocation.plan.fetch.cookie_jar = true;
      continue;
    }
    if (value.find('=') == std::string::npos && value != hidden_secret)
      return complain(
          "cookies are written as \"name=value\", several as \"a=1; b=2\"; \"\" keeps those that answers set; no file "
          "is read");
    cookie += (cookie.empty() ? "" : "; ") + value;
  }
  return {};
}

Parsed<void> apply_user_agent(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.fetch.user_agent = values.back();
  return {};
}

Parsed<void> apply_compressed(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.compressed = true;
  return {};
}

Parsed<void> apply_http11(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_version(invocation, HttpVersionChoice::http11);
}
Parsed<void> apply_http2(Invocation& invocation, const Values&, const KnownNames&) {
  return choose_version(invocation, HttpVersionChoice::http2);
}

Parsed<void> apply_insecure(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.insecure = true;
  return {};
}

Parsed<void> apply_cacert(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_path(invocation.plan.fetch.cacert, values);
}
Parsed<void> apply_cert(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_path(invocation.plan.fetch.cert, values);
}
Parsed<void> apply_key(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_path(invocation.plan.fetch.key, values);
}

Parsed<void> apply_proxy(Invocation& invocation, const Values& values, const KnownNames&) {
  invocation.plan.fetch.proxy = values.back();
  return {};
}

Parsed<void> apply_save(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_path(invocation.plan.fetch.save, values);
}

Parsed<void> apply_match(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_conditions(invocation.plan.fetch.match, values);
}
Parsed<void> apply_filter(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_conditions(invocation.plan.fetch.filter, values);
}

Parsed<void> apply_hash(Invocation& invocation, const Values& values, const KnownNames&) {
  struct Row {
    std::string_view name;
    HashKind kind;
  };
  constexpr std::array rows{Row{"sha256", HashKind::sha256}, Row{"md5", HashKind::md5}, Row{"sha1", HashKind::sha1}};
  for (const Row& row : rows)
    if (row.name == values.back()) return set(invocation.plan.fetch.hash, Parsed<HashKind>(row.kind));
  return complain("the hashes are sha256, sha1 and md5");
}

Parsed<void> apply_title(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.title = true;
  return {};
}

Parsed<void> apply_fail(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.fetch.fail = true;
  return {};
}

Parsed<void> apply_max_body(Invocation& invocation, const Values& values, const KnownNames&) {
  FetchOptions& fetch = invocation.plan.fetch;
  const Parsed<void> done = set(fetch.body_bytes_max, parse_size(values.back(), body_bytes_max));
  fetch.kept_bytes_max = std::min(fetch.kept_bytes_max, fetch.body_bytes_max);
  return done;
}

Parsed<void> apply_resolve_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.fetch.timeouts.resolve, parse_duration(values.back()));
}
Parsed<void> apply_tls_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.fetch.timeouts.tls, parse_duration(values.back()));
}
Parsed<void> apply_answer_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.fetch.timeouts.first_byte, parse_duration(values.back()));
}
Parsed<void> apply_idle_timeout(Invocation& invocation, const Values& values, const KnownNames&) {
  return set_optional(invocation.plan.fetch.timeouts.idle, parse_duration(values.back()));
}

}  // namespace atonce
