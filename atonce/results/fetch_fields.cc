#include <fmt/format.h>

#include <array>
#include <iterator>
#include <optional>

#include "atonce/model/exchange.h"
#include "atonce/results/digest.h"
#include "atonce/results/manifest.h"

namespace atonce {
namespace {

std::string on_off(bool value) { return value ? "on" : "off"; }
std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

std::string exact(std::optional<Duration> duration) {
  return duration ? fmt::format("{}s", seconds(*duration)) : "none";
}

std::string digest_of(const std::optional<std::string>& data) {
  if (!data) return "none";
  WideDigest digest;
  digest.add(*data);
  return fmt::format("{} bytes, xxh3-128 {}", data->size(), digest.hexadecimal());
}

/// What fields are called, not what they say: that may be a secret.
std::string names_of(const std::vector<RequestField>& fields) {
  std::string text;
  for (const RequestField& field : fields) text += (text.empty() ? "" : ", ") + field.name + (field.remove ? ":" : "");
  return or_none(text);
}

std::string ranges_text(const std::vector<NumberRange>& ranges) {
  std::string text;
  for (const NumberRange& range : ranges)
    fmt::format_to(std::back_inserter(text), "{}{}-{}", text.empty() ? "" : ",", range.low, range.high);
  return text;
}

std::string conditions_text(const std::vector<AnswerCondition>& conditions) {
  constexpr std::array<std::string_view, 5> subjects{"status", "size", "text", "regex", "title"};
  std::string text;
  for (const AnswerCondition& condition : conditions)
    fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : " ",
                   subjects[static_cast<std::size_t>(condition.subject)],
                   condition.ranges.empty() ? condition.pattern : ranges_text(condition.ranges));
  return or_none(text);
}

std::string version_text(HttpVersionChoice version) {
  switch (version) {
    case HttpVersionChoice::automatic: return "what the server chooses";
    case HttpVersionChoice::http11: return "--http1.1";
    case HttpVersionChoice::http2: return "--http2";
  }
  return {};
}

std::string hash_text(HashKind hash) {
  constexpr std::array<std::string_view, 4> names{"none", "md5", "sha1", "sha256"};
  return std::string(names[static_cast<std::size_t>(hash)]);
}

}  // namespace

std::vector<PlanField> batch_fields(const Plan& plan) {
  const BatchOptions& batch = plan.batch;
  const auto joined = [](const std::vector<std::string>& words, bool only_names) {
    std::string text;
    for (const std::string& word : words)
      text += (text.empty() ? "" : ", ") + (only_names ? word.substr(0, word.find('=')) : word);
    return or_none(text);
  };
  return {
      {"--keep-going", on_off(batch.keep_going)},
      {"--idempotent", on_off(batch.idempotent)},
      {"--variable", joined(batch.variables, false)},
      {"--secret", joined(batch.secrets, true)},
      {"--repeat", fmt::format("{}", plan.input.repeat)},
      {"--duration", exact(batch.duration)},
      {"the number of starts", plan.input.starts ? fmt::format("{}", *plan.input.starts) : "not given"},
  };
}

std::vector<PlanField> fetch_fields(const Plan& plan) {
  const FetchOptions& fetch = plan.fetch;
  return {
      {"--url", or_none(hide_userinfo(plan.input.url_template))},
      {"-X", fetch.method.empty() ? "by the other options" : fetch.method},
      {"-H", names_of(fetch.fields)},
      {"-d", digest_of(fetch.data)},
      {"-I", on_off(fetch.head)},
      {"-L", on_off(fetch.follow)},
      {"--max-redirs", fmt::format("{}", fetch.max_redirects)},
      {"-u", fetch.user.empty() ? "not given" : "given"},
      {"-b", fetch.cookie.empty() ? "not given" : "given"},
      {"-b \"\"", on_off(fetch.cookie_jar)},
      {"-A", or_none(fetch.user_agent)},
      {"--compressed", on_off(fetch.compressed)},
      {"the HTTP version", version_text(fetch.version)},
      {"-k", on_off(fetch.insecure)},
      {"--cacert", or_none(fetch.cacert)},
      {"--cert", or_none(fetch.cert)},
      {"--key", or_none(fetch.key)},
      {"-x", fetch.proxy.empty() ? "not given" : "given"},
      {"--save", or_none(fetch.save)},
      {"--match", conditions_text(fetch.match)},
      {"--filter", conditions_text(fetch.filter)},
      {"--hash", hash_text(fetch.hash)},
      {"--title", on_off(fetch.title)},
      {"--fail", on_off(fetch.fail)},
      {"--max-body", fmt::format("{}", fetch.body_bytes_max)},
      {"--timeout", exact(fetch.timeouts.total)},
      {"--resolve-timeout", exact(fetch.timeouts.resolve)},
      {"--tls-timeout", exact(fetch.timeouts.tls)},
      {"--answer-timeout", exact(fetch.timeouts.first_byte)},
      {"--idle-timeout", exact(fetch.timeouts.idle)},
  };
}

}  // namespace atonce
