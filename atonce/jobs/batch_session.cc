#include "atonce/jobs/batch_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "atonce/jobs/batch_source.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/head.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string text_of(const hurl::Template& text) {
  std::string all;
  for (const hurl::Template::Piece& piece : text.pieces) {
    all += piece.text;
    for (const hurl::Expression& expression : piece.expression) all += "{{" + expression.name + "}}";
  }
  return all;
}

hurl::CertificateFacts certificate_of(const TlsFacts& tls) {
  return {.subject = tls.subject,
          .issuer = tls.issuer,
          .serial_number = tls.serial,
          .names = tls.names,
          .not_before = tls.not_before,
          .not_after = tls.not_after};
}

/// What a request came to that left us and was not answered, if it must not be sent again.
void call_unknown(Outcome& outcome) {
  const std::string_view why = row_of(outcome.verdict).meaning;
  std::string& detail = outcome.exchange->detail;
  detail = detail.empty() || detail == why ? std::string(why) : fmt::format("{}: {}", why, detail);
  outcome.verdict = Verdict::unknown_outcome;
}

HttpVersionChoice choice_of(HttpVersion version) {
  return version == HttpVersion::http2 ? HttpVersionChoice::http2 : HttpVersionChoice::http11;
}

}  // namespace

Parsed<const TlsContext*> TlsVariants::get(bool insecure, HttpVersionChoice version) {
  const auto found = made_.find({insecure, version});
  if (found != made_.end()) return &found->second;
  Parsed<TlsContext> made = recipe_.tls_for(insecure, version);
  if (!made) return std::unexpected(made.error());
  return &made_.emplace(std::pair(insecure, version), std::move(*made)).first->second;
}

BatchSession::BatchSession(Shared& shared, const hurl::Batch& batch) : shared_(shared), batch_(batch) {
  const BatchOptions& options = shared.setting.plan.batch;
  for (const std::string& word : options.variables)
    if (auto variable = hurl::parse_variable(word)) variables_.set(variable->first, variable->second);
  for (const std::string& word : options.secrets)
    if (auto variable = hurl::parse_variable(word)) variables_.set_secret(variable->first, variable->second);
  sources_ = {.unix_now_ns = wall_clock_ns,
              .random = [this] { return shared_.io.random(); },
              .read_file = [this](std::string_view path) { return read_beside(batch_.source, path); }};
  if (is_hurl_file(batch.source)) jar_.emplace(shared.suffixes);
}

void BatchSession::describe(const hurl::Step& step, Outcome& outcome) {
  left_out_ = has_left_ = false;
  outcome.exchange->method = step.method;
  outcome.exchange->url = hide_userinfo(variables_.redact(text_of(step.url)));
  outcome.exchange->sent = true;  // Its place in the order is over, whatever comes of it.
}

bool BatchSession::may_repeat(const hurl::Step& step) const {
  return is_idempotent(step.method) || !step.idempotency_key.empty() || shared_.setting.plan.batch.idempotent;
}

Task<void> BatchSession::run(const hurl::Step& step, Outcome& outcome) {
  auto wishes = hurl::prepare_options(step, variables_, sources_);
  if (!wishes) {
    refuse(outcome, hurl::write_finding(batch_.source, wishes.error()));
    co_return;
  }
  if (wishes->skip || wishes->repeat == 0) {
    left_out_ = true;
    outcome.verdict = Verdict::skipped;
    outcome.exchange->detail = "its options say so";
    co_return;
  }
  std::uint16_t tries = 0;
  bool stopped = false;
  Instant started{};
  for (std::int64_t round = 0; wishes->repeat < 0 || round < wishes->repeat; ++round) {
    for (std::int64_t left = wishes->retry;; --left) {
      stopped = wishes->delay > Duration{} && !co_await sleep_for(shared_.io, wishes->delay);
      if (stopped) break;
      co_await run_once(step, outcome);
      if (tries == 0) started = outcome.started;
      tries += tries < std::numeric_limits<std::uint16_t>::max();
      if (outcome.verdict == Verdict::ok || outcome.verdict == Verdict::unfinished || left == 0) break;
      if (outcome.verdict == Verdict::local_shortage || outcome.verdict == Verdict::invalid_input) break;
      if (outcome.verdict == Verdict::unknown_outcome) break;  // It must not be sent twice.
      stopped = !co_await sleep_for(shared_.io, wishes->retry_interval);
      if (stopped) break;
    }
    if (stopped || outcome.verdict != Verdict::ok) break;
  }
  // What a stop cut short is not done, whatever its last try said.
  if (stopped && outcome.verdict != Verdict::unknown_outcome) outcome.verdict = Verdict::unfinished;
  outcome.tries = tries;
  if (started != Instant{}) outcome.started = started;
}

Task<void> BatchSession::run_once(const hurl::Step& step, Outcome& outcome) {
  auto prepared = hurl::prepare(step, variables_, sources_);
  if (!prepared) {
    refuse(outcome, hurl::write_finding(batch_.source, prepared.error()));
    outcome.started = outcome.finished = shared_.io.now();
    co_return;
  }
  co_await send(*prepared, step, outcome);
}

Task<void> BatchSession::send(const hurl::PreparedRequest& prepared, const hurl::Step& step, Outcome& outcome) {
  HttpRequest request{.method = prepared.method, .url = prepared.url};
  for (const auto& [name, value] : prepared.fields) request.fields.add(name, value);
  const auto says = [&](const std::string& name) {
    return std::ranges::any_of(prepared.fields, [&](const auto& own) { return equal_but_case(own.first, name); });
  };
  for (const RequestField& field : shared_.recipe.options().fields)
    if (!says(field.name)) request.fields.add(field.name, field.value);
  if (prepared.body) request.body = *prepared.body;
  const Parsed<RequestOptions> options = options_for(prepared);
  if (!options) {
    refuse(outcome, options.error().text);
    outcome.started = outcome.finished = shared_.io.now();
    co_return;
  }
  KeptBody body(shared_.recipe.options().kept_bytes_max);
  Fetched fetched;
  co_await shared_.client.fetch_into(fetched, request, body, *options);
  const Exchange& exchange = fetched.exchange;
  const bool repeatable = prepared.may_repeat || may_repeat(step);
  // Of a request that must not be repeated the client knows it exactly, also where a server refused it unread.
  const bool left_us = repeatable ? exchange.requested != Instant{} || !exchange.redirects.empty() : exchange.sent;
  has_left_ |= left_us;
  if (fetched.verdict == Verdict::ok) judge(step, fetched, body);
  fetched.exchange.insecure = prepared.options.insecure.value_or(shared_.recipe.options().insecure);
  fetched.exchange.truncated = body.truncated();
  hide_secrets(fetched.exchange);
  std::move(fetched).settle(outcome);
  outcome.exchange->sent = true;
  const bool clear = outcome.verdict == Verdict::unfinished || outcome.verdict == Verdict::ok ||
                     outcome.verdict == Verdict::assert_failed || outcome.verdict == Verdict::http_status;
  if (!clear && left_us && !repeatable) call_unknown(outcome);
}

void BatchSession::hide_secrets(Exchange& exchange) const {
  if (!variables_.has_secrets()) return;
  for (std::string* text : {&exchange.url, &exchange.detail, &exchange.reason, &exchange.content_type})
    *text = variables_.redact(*text);
  for (Redirect& step : exchange.redirects) step.url = variables_.redact(step.url);
}

void BatchSession::judge(const hurl::Step& step, Fetched& fetched, const KeptBody& body) {
  hurl::Answer answer{.status = fetched.exchange.status_code,
                      .version = fetched.exchange.version,
                      .url = fetched.exchange.url,
                      .fields = &fetched.head.fields,
                      .body = body.bytes(),
                      .body_cut = body.truncated(),
                      .duration = fetched.finished - fetched.started,
                      .redirects = fetched.exchange.redirects,
                      .ip = fetched.address ? write_address(fetched.address) : ""};
  if (fetched.exchange.content_encoding.empty()) answer.raw_body = body.bytes();
  if (fetched.exchange.tls) answer.certificate = certificate_of(*fetched.exchange.tls);
  const hurl::Checked checked = hurl::check(step, answer, variables_, sources_);
  if (!checked.passed()) {
    fetched.verdict = Verdict::assert_failed;
    fetched.exchange.detail = hurl::write_failure(batch_.source, checked.failures.front());
    if (checked.failures.size() > 1)
      fetched.exchange.detail += fmt::format(" (and {} more)", checked.failures.size() - 1);
  } else if (shared_.recipe.options().fail && !step.response && fetched.exchange.status_code >= 400) {
    fetched.verdict = Verdict::http_status;
  }
}

Parsed<RequestOptions> BatchSession::options_for(const hurl::PreparedRequest& prepared) {
  RequestOptions options = shared_.recipe.request_options();
  const hurl::StepOptions& wishes = prepared.options;
  options.idempotent = prepared.may_repeat || shared_.setting.plan.batch.idempotent;
  if (wishes.compressed) options.decode = *wishes.compressed;
  if (wishes.location)
    options.follow =
        *wishes.location
            ? options.follow.value_or(RedirectPolicy{.redirects_max = shared_.recipe.options().max_redirects})
            : std::optional<RedirectPolicy>();
  if (options.follow && wishes.max_redirs) options.follow->redirects_max = *wishes.max_redirs;
  if (wishes.connect_timeout) options.timeouts.connect = *wishes.connect_timeout;
  if (wishes.max_time) options.timeouts.total = *wishes.max_time;
  options.gate = gate_;
  if (jar_) {
    options.cookies = &*jar_;
    options.now_s = wall_clock_ns() / 1'000'000'000;
  }
  if (!wishes.insecure && !wishes.version) return options;
  const FetchOptions& common = shared_.recipe.options();
  options.version = wishes.version ? choice_of(*wishes.version) : common.version;
  const Parsed<const TlsContext*> tls =
      shared_.variants.get(wishes.insecure.value_or(common.insecure), *options.version);
  if (!tls) return std::unexpected(tls.error());
  options.tls = *tls;
  return options;
}

void BatchSession::refuse(Outcome& outcome, std::string why) {
  outcome.verdict = Verdict::invalid_input;
  outcome.exchange->detail = std::move(why);
}

}  // namespace atonce
