#include "atonce/protocols/client/client.h"

#include "atonce/protocols/client/client_core.h"
#include "atonce/protocols/client/follow.h"

namespace atonce {

void Fetched::settle(Outcome& outcome) && {
  outcome.verdict = verdict;
  outcome.error = error;
  outcome.address = address;
  outcome.started = started;
  outcome.resolved = resolved;
  outcome.connected = connected;
  outcome.finished = finished;
  outcome.evidence.syns = syns;
  outcome.exchange.emplace(std::move(exchange));
}

const RequestOptions& HttpClient::default_options() {
  static const RequestOptions options;
  return options;
}

Task<Got> HttpClient::get(std::string url) {
  Got got;
  HttpRequest request;
  Parsed<Url> parsed = parse_url(url, Scheme::https);
  if (!parsed) {
    got.verdict = Verdict::invalid_input;
    got.started = got.finished = core_.io().now();
    got.exchange.detail = parsed.error().text;
    co_return got;
  }
  request.url = std::move(*parsed);
  const RequestOptions options{.decode = true, .follow = RedirectPolicy{}};
  KeptBody body;
  co_await fetch_into(got, request, body, options);
  got.exchange.truncated |= body.truncated();
  got.body = body.take();
  co_return got;
}

Task<Fetched> HttpClient::fetch(const HttpRequest& request, BodySink& sink, const RequestOptions& options) {
  Fetched fetched;
  co_await fetch_into(fetched, request, sink, options);
  co_return fetched;
}

Task<void> HttpClient::fetch_into(Fetched& into, const HttpRequest& request, BodySink& sink,
                                  const RequestOptions& options) {
  if (options.follow) return fetch_following(core_, into, request, sink, options);
  return core_.run({request, options, sink, into, options.timeouts.total});
}

void HttpClient::close_idle() { core_.pool().close_idle(); }

ClientCounts HttpClient::counts() const { return core_.counts(); }

ClientOwner::ClientOwner(Io& io, Dialer& dialer, const ClientSettings& settings)
    : core_(std::make_unique<ClientCore>(io, dialer, settings)) {}

ClientOwner::~ClientOwner() = default;

HttpClient ClientOwner::open(Scope& scope) {
  core_->open(scope);
  return HttpClient(*core_);
}

void ClientOwner::close() { core_->close(); }

}  // namespace atonce
