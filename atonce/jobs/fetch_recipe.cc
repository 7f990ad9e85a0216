#include "atonce/jobs/fetch_recipe.h"

#include <algorithm>
#include <cstring>

#include "atonce/protocols/cookies/set_cookie.h"
#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

// A copy of so much in each request costs less than to ask for it.
constexpr std::size_t body_bytes_copied_max = 4 << 10;
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

std::vector<std::string> alpn_of(HttpVersionChoice version) {
  switch (version) {
    case HttpVersionChoice::automatic: break;
    case HttpVersionChoice::http11: return {"http/1.1"};
    case HttpVersionChoice::http2: return {"h2"};
  }
  return {"h2", "http/1.1"};
}

/// Its pieces stand in the target: the list has read them.
Url url_of(const Target& target) {
  const Scheme scheme = target.url.starts_with("http:") ? Scheme::http : Scheme::https;
  Url url{.scheme = scheme, .host = target.host, .address = target.address, .port = target.port};
  take_written_path(url, target.url);
  return url;
}

}  // namespace

std::string method_of(const FetchOptions& options) {
  if (!options.method.empty()) return options.method;
  if (options.head) return "HEAD";
  return options.data ? "POST" : "GET";
}

Task<Result<std::size_t>> SharedBody::read(std::span<std::byte> into) {
  const std::string_view rest = bytes_.substr(sent_, into.size());
  std::memcpy(into.data(), rest.data(), rest.size());
  sent_ += rest.size();
  co_return rest.size();
}

bool SharedBody::rewind() {
  sent_ = 0;
  return true;
}

Parsed<FetchRecipe> FetchRecipe::make(const FetchOptions& options) {
  FetchRecipe recipe(options);
  if (auto composed = recipe.compose(); !composed) return std::unexpected(composed.error());
  if (auto opened = recipe.open_doors(); !opened) return std::unexpected(opened.error());
  return recipe;
}

Parsed<void> FetchRecipe::compose() {
  const FetchOptions& options = *options_;
  prototype_.method = method_of(options);
  if (std::string why = complaint_about_method(prototype_.method); !why.empty()) return complain("--request: " + why);
  if (options.head && options.data) return complain("-I asks for no body and -d sends one: choose one");
  if (auto composed = compose_fields(); !composed) return composed;
  if (options.data) {
    if (options.data->size() <= body_bytes_copied_max)
      prototype_.body = *options.data;
    else
      shared_body_ = *options.data;
  }
  const std::size_t colon = options.user.find(':');
  user_ = options.user.substr(0, colon);
  if (colon != std::string::npos) password_ = options.user.substr(colon + 1);
  request_options_.timeouts = options.timeouts;
  request_options_.decode = options.compressed;
  if (options.follow)
    request_options_.follow =
        RedirectPolicy{.redirects_max = options.max_redirects, .keep_method = !options.method.empty()};
  Parsed<AnswerConditions> conditions = AnswerConditions::compile(options);
  if (!conditions) return std::unexpected(conditions.error());
  conditions_ = std::move(*conditions);
  return {};
}

Parsed<void> FetchRecipe::compose_fields() {
  const FetchOptions& options = *options_;
  Fields& fields = prototype_.fields;
  for (const RequestField& field : options.fields) {
    if (std::string why = complaint_about_field(field.name, field.value); !why.empty())
      return complain("--header: " + why);
    fields.add(field.name, field.value);
  }
  if (!options.cookie.empty()) {
    const Parsed<std::string> cookies = parse_cookies(options.cookie);
    if (!cookies) return complain("--cookie: " + cookies.error().text);
    fields.add("Cookie", *cookies);
  }
  if (options.data && !fields.has("Content-Type")) fields.add("Content-Type", form_type);
  if (std::string why = complaint_about_field("User-Agent", options.user_agent); !why.empty())
    return complain("--user-agent: " + why);
  return {};
}

Parsed<void> FetchRecipe::open_doors() {
  const FetchOptions& options = *options_;
  if (!options.key.empty() && options.cert.empty()) return complain("--key belongs to a certificate: give --cert too");
  Parsed<TlsContext> tls = tls_for(options.insecure, options.version);
  if (!tls) return std::unexpected(tls.error());
  tls_ = std::move(*tls);
  if (!options.proxy.empty()) {
    Parsed<Proxy> proxy = parse_proxy(options.proxy);
    if (!proxy) return complain("--proxy: " + proxy.error().text);
    proxy_ = std::move(*proxy);
  }
  if (options.save.empty()) return {};
  Parsed<SaveFolder> save = SaveFolder::open(options.save);
  if (!save) return std::unexpected(save.error());
  save_ = std::move(*save);
  return {};
}

Parsed<TlsContext> FetchRecipe::tls_for(bool insecure, HttpVersionChoice version) const {
  return TlsContext::client({.insecure = insecure,
                             .ca_file = options_->cacert,
                             .certificate_file = options_->cert,
                             .key_file = options_->key,
                             .alpn = alpn_of(version)});
}

HttpRequest FetchRecipe::request_for(const Target& target) const {
  HttpRequest request = prototype_;
  request.url = url_of(target);
  if (!options_->user.empty()) {
    request.url.user = user_;
    request.url.password = password_;
  } else if (!target.userinfo.empty()) {
    const std::size_t colon = target.userinfo.find(':');
    request.url.user = target.userinfo.substr(0, colon);
    request.url.password = target.userinfo.substr(colon + 1);
  }
  return request;
}

ClientSettings FetchRecipe::client_settings(std::uint32_t window) const {
  ClientSettings settings;
  // What idles has a descriptor too: no more than could be under way.
  settings.idle_max = std::clamp<std::uint32_t>(window, 2, settings.idle_max);
  settings.connections_per_host_max = std::max(settings.connections_per_host_max, window);
  settings.version = options_->version;
  settings.limits.body_bytes_max = options_->body_bytes_max;
  settings.limits.decoded_bytes_max = options_->body_bytes_max;
  settings.tls = &*tls_;
  settings.proxy = proxy_;
  settings.user_agent = options_->user_agent;
  return settings;
}

bool FetchRecipe::keeps_body() const { return wants_title() || conditions_.needs_body(); }

}  // namespace atonce
