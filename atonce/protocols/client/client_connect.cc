// How a client comes to a connection: the dialer, a proxy, TLS.

#include <fmt/format.h>

#include <cerrno>

#include "atonce/protocols/client/answer_facts.h"
#include "atonce/protocols/client/client_core.h"
#include "atonce/protocols/client/tunnel.h"
#include "atonce/protocols/client/verdicts.h"

namespace atonce {
namespace {

/// The way to a proxy is not the target's, and what is ours stays ours.
Verdict verdict_of_proxy_dial(Verdict verdict) {
  const bool ours = row_of(verdict).blame == Blame::local;
  return ours ? verdict : Verdict::proxy_failed;
}

}  // namespace

Task<Dialed> ClientCore::dial(const Hop& hop, const Route& route) {
  const FetchTimeouts& timeouts = hop.options.timeouts;
  DialRequest request{.host = hop.request.url.host,
                      .address = hop.request.url.address,
                      .port = hop.request.url.port,
                      .redirected = hop.redirected,
                      .resolve_timeout = timeouts.resolve,
                      .connect_timeout = timeouts.connect,
                      .timeout = hop.total};
  if (route.proxy != nullptr) {
    request.host = route.proxy->host;
    request.address = parse_address(route.proxy->host).value_or(IpAddress{});
    request.port = route.proxy->port;
    request.to_proxy = true;
    request.redirected = false;
  }
  Dialed dialed = co_await dialer_.dial(request);
  // Idle connections are the first to go where descriptors or ports are short.
  if (dialed.verdict != Verdict::local_shortage || !pool_.make_room()) co_return dialed;
  co_return co_await dialer_.dial(std::move(request));
}

void ClientCore::note_dialed(const Hop& hop, const Route& route, const Dialed& dialed) {
  Fetched& into = hop.into;
  into.address = dialed.address;
  into.syns = dialed.syns;
  into.error = dialed.error;
  into.started += dialed.queued;
  into.resolved = dialed.resolved == Instant{} ? Instant{} : dialed.resolved + dialed.queued;
  into.connected = dialed.connected;
  if (dialed.verdict == Verdict::open) return;
  into.verdict = dialed.verdict;
  into.exchange.detail = dialed.detail;
  if (route.proxy == nullptr) return;
  into.verdict = verdict_of_proxy_dial(dialed.verdict);
  into.exchange.detail = fmt::format("the proxy {}: {}", route.proxy->host, row_of(dialed.verdict).meaning);
}

/// Makes of a fresh connection one to the target: through the proxy, with TLS.
Task<bool> ClientCore::prepare(const Hop& hop, const Route& route, Connection& connection, PhaseWatch& watch) {
  if (route.proxy != nullptr && !route.absolute_form && !co_await go_through(hop, *route.proxy, connection, watch))
    co_return false;
  if (route.tls != nullptr && !co_await secure(hop, *route.tls, connection, watch)) co_return false;
  watch.enter(std::nullopt, Verdict::total_timeout);
  co_return true;
}

Task<bool> ClientCore::go_through(const Hop& hop, const Proxy& proxy, Connection& connection, PhaseWatch& watch) {
  std::string complaint;
  watch.enter(hop.options.timeouts.connect, Verdict::proxy_failed);
  const Result<void> opened =
      co_await open_tunnel(connection.stream, proxy, hop.request.url, settings_.user_agent, complaint);
  if (opened) co_return true;
  if (opened.error().code == ECANCELED) {
    fail_cancelled(hop.into, watch);
    if (hop.into.verdict == Verdict::proxy_failed) hop.into.exchange.detail = "the proxy did not answer in time";
  } else if (opened.error().code == EPROTO) {
    fail(hop.into, Verdict::proxy_failed, 0, complaint);
  } else {
    fail(hop.into, Verdict::proxy_failed, opened.error().code, "the proxy hung up");
  }
  co_return false;
}

Task<bool> ClientCore::secure(const Hop& hop, const TlsContext& context, Connection& connection, PhaseWatch& watch) {
  Fetched& into = hop.into;
  const Url& url = hop.request.url;
  watch.enter(hop.options.timeouts.tls, Verdict::tls_timeout);
  const Result<void> secured =
      co_await connection.stream.secure(TlsSession::client(context, url.host, url.port, &sessions_));
  const TlsSession& session = *connection.stream.tls();
  connection.tls = session.facts();
  if (secured) {
    into.exchange.secured = io_.now();
    co_return true;
  }
  into.exchange.tls = connection.tls;
  switch (secured.error().code) {
    case ECANCELED: fail_cancelled(into, watch); break;
    case EPROTO: fail(into, verdict_of(session.fault()), 0, session.detail()); break;
    case EPIPE:
    case ECONNRESET:
      fail(into, Verdict::tls_closed, secured.error().code, "the connection was reset within the TLS handshake");
      break;
    default:
      fail(into, verdict_of_loss(secured.error(), false), secured.error().code,
           sentence_of_loss(secured.error(), false));
  }
  co_return false;
}

}  // namespace atonce
