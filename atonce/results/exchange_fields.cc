#include "atonce/results/exchange_fields.h"

#include <chrono>

#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

const std::string nothing;
const std::vector<std::string> no_names;

/// Only what was reached has a size.
std::optional<std::uint64_t> known(bool reached, std::uint64_t size) {
  return reached ? std::optional(size) : std::nullopt;
}

void append_json_redirects(std::string& row, const Exchange& exchange) {
  char separator = '[';
  for (const Redirect& redirect : exchange.redirects) {
    row += separator;
    row += R"({"status":)";
    append_number(row, redirect.status);
    row += R"(,"url":)";
    append_json_string(row, redirect.url);
    row += '}';
    separator = ',';
  }
  row += ']';
}

void append_json_names(std::string& row, const std::vector<std::string>& names) {
  char separator = '[';
  for (const std::string& name : names) {
    row += separator;
    append_json_string(row, name);
    separator = ',';
  }
  row += ']';
}

std::string_view verify_word(const TlsFacts& tls) {
  if (tls.verify_code != 0) return tls.verify_text.empty() ? std::string_view("failed") : tls.verify_text;
  return tls.verified ? "ok" : "";
}

void tell_answer(const Exchange* exchange, ExchangeFields& fields, std::string& room) {
  const bool answered = exchange != nullptr && exchange->status_code != 0;
  const auto text = [&](std::string_view name, std::string Exchange::* value) {
    fields.text(name, exchange == nullptr ? nothing : exchange->*value);
  };
  fields.number("status_code", known(answered, answered ? exchange->status_code : 0));
  text("reason", &Exchange::reason);
  fields.text("http_version", exchange == nullptr ? "" : name_of(exchange->version));
  text("content_type", &Exchange::content_type);
  text("content_encoding", &Exchange::content_encoding);
  fields.number("size_header", known(answered, answered ? exchange->head_bytes : 0));
  fields.number("size_download", known(answered, answered ? exchange->wire_body_bytes : 0));
  fields.number("size_body", known(answered, answered ? exchange->body_bytes : 0));
  fields.number("num_redirects", known(exchange != nullptr,
                                       exchange == nullptr ? 0 : exchange->redirects.size() + exchange->redirects_cut));
  room.clear();
  if (exchange != nullptr && !exchange->redirects.empty()) append_json_redirects(room, *exchange);
  fields.json("redirects", room);
}

void tell_tls(const TlsFacts* tls, ExchangeFields& fields, std::string& room) {
  const auto text = [&](std::string_view name, std::string TlsFacts::* value) {
    fields.text(name, tls == nullptr ? nothing : tls->*value);
  };
  const bool has_certificate = tls != nullptr && (tls->not_before != 0 || tls->not_after != 0);
  text("tls_version", &TlsFacts::version);
  text("tls_cipher", &TlsFacts::cipher);
  text("tls_alpn", &TlsFacts::alpn);
  fields.flag("tls_resumed", tls == nullptr ? std::nullopt : std::optional(tls->resumed));
  text("cert_subject", &TlsFacts::subject);
  text("cert_issuer", &TlsFacts::issuer);
  const std::vector<std::string>& names = tls == nullptr ? no_names : tls->names;
  room.clear();
  if (!names.empty()) append_json_names(room, names);
  fields.json("cert_names", room);
  fields.number("cert_names_total", known(has_certificate, tls == nullptr ? 0 : tls->names_total));
  fields.text("cert_not_before", has_certificate ? write_utc(tls->not_before) : nothing);
  fields.text("cert_not_after", has_certificate ? write_utc(tls->not_after) : nothing);
  fields.text("cert_verify", tls == nullptr ? "" : verify_word(*tls));
}

void tell_rest(const Exchange* exchange, ExchangeFields& fields) {
  const auto text = [&](std::string_view name, std::string Exchange::* value) {
    fields.text(name, exchange == nullptr ? nothing : exchange->*value);
  };
  const auto flag = [&](std::string_view name, bool Exchange::* value) {
    fields.flag(name, exchange == nullptr ? std::nullopt : std::optional(exchange->*value));
  };
  flag("insecure", &Exchange::insecure);
  flag("reused", &Exchange::reused);
  flag("truncated", &Exchange::truncated);
  text("hash", &Exchange::hash);
  text("title", &Exchange::title);
  text("saved_as", &Exchange::saved_as);
  text("detail", &Exchange::detail);
}

void tell_batch(const Outcome& outcome, ExchangeFields& fields) {
  const Exchange* exchange = outcome.exchange.get();
  const bool is_last = exchange != nullptr && exchange->batch_end != BatchEnd::none;
  fields.number("batch", outcome.target.batch);
  fields.number("request", outcome.target.step);
  fields.time("time_batch", is_last ? std::optional(row_time(exchange->batch_took)) : std::nullopt);
}

}  // namespace

RowKind row_kind_of(const Plan& plan) {
  if (plan.job == "probe") return RowKind::probe;
  if (plan.job == "write") return RowKind::file;
  return plan.job == "batch" ? RowKind::batch : RowKind::fetch;
}

void tell_exchange(const Outcome& outcome, RowKind kind, ExchangeFields& fields, std::string& room) {
  if (kind == RowKind::file) fields.number("bytes", known(outcome.target.valid(), outcome.target.bytes));
  if (!speaks_http(kind)) return;
  const Exchange* exchange = outcome.exchange.get();
  fields.text("url", url_of(outcome));
  fields.text("method", exchange == nullptr ? nothing : exchange->method);
  tell_answer(exchange, fields, room);
  tell_tls(exchange == nullptr ? nullptr : exchange->tls.get(), fields, room);
  tell_rest(exchange, fields);
  if (kind == RowKind::batch) tell_batch(outcome, fields);
}

std::string_view url_of(const Outcome& outcome) {
  return outcome.exchange && !outcome.exchange->url.empty() ? outcome.exchange->url : outcome.target.url;
}

std::string shown_input(const Target& target) {
  return has_userinfo(target.input) ? hide_userinfo(target.input) : target.input;
}

std::string write_utc(std::int64_t unix_seconds) {
  using namespace std::chrono;
  constexpr std::int64_t first = -62'167'219'200;  // 0000-01-01
  constexpr std::int64_t last = 253'402'300'799;   // 9999-12-31
  if (unix_seconds < first || unix_seconds > last) return {};
  const sys_seconds at{std::chrono::seconds(unix_seconds)};
  const year_month_day date(floor<days>(at));
  const hh_mm_ss time(at - floor<days>(at));
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&](std::size_t place, unsigned two_digits) {
    text[place] = static_cast<char>('0' + two_digits / 10);
    text[place + 1] = static_cast<char>('0' + two_digits % 10);
  };
  const auto year = static_cast<unsigned>(int{date.year()});
  put(0, year / 100);
  put(2, year % 100);
  put(5, unsigned{date.month()});
  put(8, unsigned{date.day()});
  put(11, static_cast<unsigned>(time.hours().count()));
  put(14, static_cast<unsigned>(time.minutes().count()));
  put(17, static_cast<unsigned>(time.seconds().count()));
  return text;
}

}  // namespace atonce
