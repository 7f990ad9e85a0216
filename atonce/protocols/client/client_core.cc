#include "atonce/protocols/client/client_core.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "atonce/protocols/client/answer_facts.h"
#include "atonce/protocols/client/http1_exchange.h"
#include "atonce/protocols/client/http2_connection.h"
#include "atonce/protocols/client/http2_exchange.h"
#include "atonce/protocols/cookies/jar.h"

namespace atonce {
namespace {

// A connection that was read empty and serves again so soon was looked at just now.
constexpr Duration idle_unchecked = std::chrono::milliseconds(1);
// A server that refuses a stream may take it a moment later, on another connection; not for ever.
constexpr std::uint16_t shared_tries_max = 3;

bool is_excepted(const std::vector<std::string>& no_proxy, std::string_view host) {
  return std::ranges::any_of(no_proxy, [&](std::string_view rule) {
    if (rule == "*" || rule == host) return true;
    if (rule.starts_with('.')) rule.remove_prefix(1);
    return host.size() > rule.size() && host.ends_with(rule) && host[host.size() - rule.size() - 1] == '.';
  });
}

void append_number(std::string& key, std::uint64_t number) {
  std::array<char, 20> digits;
  key += ' ';
  key.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_place(std::string& key, std::string_view host, std::uint16_t port) {
  key += host;
  append_number(key, port);
}

/// Nothing of an earlier try shows in the next one.
void begin_try(Fetched& into) {
  Exchange& exchange = into.exchange;
  ++into.tries;
  into.verdict = Verdict::unfinished;
  into.error = 0;
  into.syns = 0;
  into.address = {};
  into.started = into.resolved = into.connected = {};
  exchange.status_code = 0;
  exchange.reason.clear();
  exchange.version = HttpVersion::unknown;
  exchange.content_type.clear();
  exchange.content_encoding.clear();
  exchange.head_bytes = exchange.wire_body_bytes = exchange.body_bytes = 0;
  exchange.tls.reset();
  exchange.insecure = exchange.reused = exchange.truncated = exchange.sent = false;
  exchange.secured = exchange.requested = exchange.answered = {};
  exchange.detail.clear();
}

void note_tls(Fetched& into, const Connection& connection) {
  into.exchange.tls = connection.tls;
  into.exchange.insecure = connection.tls && !connection.tls->verified;
}

}  // namespace

ClientCore::ClientCore(Io& io, Dialer& dialer, const ClientSettings& settings)
    : io_(io), dialer_(dialer), settings_(settings), pool_(io, settings), writer_(settings) {}

void ClientCore::close() {
  pool_.close_idle();
  scope_->cancel();
}

ClientCounts ClientCore::counts() const {
  ClientCounts counts = counts_;
  counts.open = pool_.open();
  counts.idle = pool_.idle();
  return counts;
}

ClientCore::Route ClientCore::route_of(const Hop& hop) const {
  Route route{.version = hop.options.version.value_or(settings_.version)};
  const Url& url = hop.request.url;
  if (url.scheme == Scheme::https) route.tls = hop.options.tls != nullptr ? hop.options.tls : settings_.tls;
  if (hop.options.proxy != nullptr) {
    route.proxy = hop.options.proxy;
  } else if (settings_.proxy && !hop.options.direct && !is_excepted(settings_.no_proxy, url.host)) {
    route.proxy = &*settings_.proxy;
  }
  route.absolute_form = route.proxy != nullptr && route.proxy->kind == ProxyKind::http && url.scheme == Scheme::http;
  return route;
}

Origin::Speaks ClientCore::expected_of(const Route& route) const {
  if (route.version == HttpVersionChoice::http11 || route.absolute_form) return Origin::Speaks::http1;
  if (route.version == HttpVersionChoice::http2) return Origin::Speaks::http2;
  return route.tls != nullptr ? Origin::Speaks::unknown : Origin::Speaks::http1;
}

Origin& ClientCore::enter_origin(const Hop& hop, const Route& route) {
  const Url& url = hop.request.url;
  key_text_.clear();
  if (!route.absolute_form) append_place(key_text_, url.host, url.port);
  if (route.tls != nullptr) append_number(key_text_, reinterpret_cast<std::uintptr_t>(route.tls));
  append_number(key_text_, static_cast<std::uint64_t>(route.version));
  if (route.proxy != nullptr) {
    append_number(key_text_, static_cast<std::uint64_t>(route.proxy->kind));
    append_place(key_text_, route.proxy->host, route.proxy->port);
    append_number(key_text_, route.proxy->user.size());
    key_text_.append(route.proxy->user).append(route.proxy->password);
  }
  return pool_.enter(key_text_, expected_of(route));
}

Task<void> ClientCore::run(Hop hop) {
  Fetched& into = hop.into;
  into.tries = 0;
  into.exchange.method = hop.request.method;
  into.exchange.url = write_url(hop.request.url);
  const Route route = route_of(hop);
  if (hop.request.url.scheme == Scheme::https && route.tls == nullptr) {
    fail(into, Verdict::invalid_input, 0, "this client has no TLS settings, and so no https");
    into.started = into.finished = io_.now();
    co_return;
  }
  Origin& origin = enter_origin(hop, route);
  bool fresh = hop.options.fresh;
  Instant first{};
  for (Ending ending = Ending::stale; ending != Ending::settled;) {
    std::optional<Lease> lease;
    if (!origin.has_line()) lease = pool_.try_lease(origin, fresh);
    if (!lease) {
      Result<Lease> waited = co_await pool_.lease(origin, fresh);
      if (!waited) {
        fail(into, Verdict::unfinished, ECANCELED, "");
        if (into.started == Instant{}) into.started = io_.now();
        break;
      }
      lease.emplace(std::move(*waited));
    }
    ending = co_await attempt(hop, route, origin, std::move(*lease));
    fresh |= ending == Ending::lost;
    // The first try that went out began it all, and its time is gone.
    if (ending == Ending::lost || ending == Ending::again) {
      hop.total -= std::min(hop.total, io_.now() - into.started);
      if (first == Instant{}) first = into.started;
    }
    counts_.stale += ending == Ending::stale;
    counts_.retried += ending == Ending::lost || ending == Ending::again;
    into.tries -= ending == Ending::stale;
  }
  into.finished = io_.now();
  if (first != Instant{}) into.started = first;
  pool_.leave(origin);
  if (hop.options.cookies != nullptr && into.exchange.status_code != 0)
    hop.options.cookies->store_all(hop.request.url, into.head.fields.all("Set-Cookie"), hop.options.now_s);
}

Task<ClientCore::Ending> ClientCore::attempt(const Hop& hop, const Route& route, Origin& origin, Lease lease) {
  begin_try(hop.into);
  Scope& outer = co_await CurrentScope{};
  if (lease.connection) co_return co_await reuse(hop, route, std::move(lease.connection), outer);
  if (lease.shared != nullptr)
    co_return co_await share(hop, route, static_cast<Http2Connection&>(*lease.shared), outer);
  co_return co_await begin(hop, route, origin, lease.finds_out, outer);
}

/// Waiting for it is no time of the target's.
Task<std::optional<DialPlace>> ClientCore::find_place(const Hop& hop, IpAddress address) {
  Result<DialPlace> waited = co_await dialer_.admit(address);
  if (waited) co_return std::move(*waited);
  fail(hop.into, Verdict::unfinished, waited.error().code, "");
  hop.into.started = io_.now();
  co_return std::nullopt;
}

void ClientCore::note_reused(const Hop& hop, const Connection& connection, Instant now) {
  Fetched& into = hop.into;
  into.address = connection.address;
  into.started = into.resolved = into.connected = now;
  into.exchange.reused = true;
  if (connection.tls) into.exchange.secured = now;
  ++counts_.reused;
}

Task<ClientCore::Ending> ClientCore::reuse(const Hop& hop, const Route& route, std::unique_ptr<Connection> connection,
                                           Scope& outer) {
  std::optional<DialPlace> place = dialer_.try_admit(connection->address);
  if (!place) place = co_await find_place(hop, connection->address);
  if (!place) {
    pool_.give_back(std::move(connection));
    co_return Ending::settled;
  }
  connection->buffer = pool_.take_buffer();
  const Instant now = io_.now();
  const bool just_seen = connection->emptied && now - connection->idle_since < idle_unchecked;
  if (!just_seen && !co_await looks_good(*connection)) {
    pool_.close(std::move(connection));
    co_return outer.cancelled() ? Ending::settled : Ending::stale;
  }
  note_reused(hop, *connection, now);
  Scope scope(io_, &outer);
  PhaseWatch watch(scope);
  watch.set_total(later(now, hop.total));
  co_await EnterScope{&scope};
  const Ending ending = co_await exchange(hop, route, std::move(connection), watch);
  co_await EnterScope{&outer};
  co_return ending;
}

Task<ClientCore::Ending> ClientCore::share(const Hop& hop, const Route& route, Http2Connection& connection,
                                           Scope& outer) {
  std::optional<DialPlace> place = dialer_.try_admit(connection.carrier().address);
  if (!place) place = co_await find_place(hop, connection.carrier().address);
  if (!place) {
    connection.give_up();
    co_return Ending::settled;
  }
  const Instant now = io_.now();
  note_reused(hop, connection.carrier(), now);
  Scope scope(io_, &outer);
  PhaseWatch watch(scope);
  watch.set_total(later(now, hop.total));
  co_await EnterScope{&scope};
  const Ending ending = co_await exchange_shared(hop, route, connection, watch);
  co_await EnterScope{&outer};
  co_return ending;
}

bool ClientCore::may_send(const Hop& hop) {
  if (hop.options.gate == nullptr) return true;
  const Result<void> noted = hop.options.gate->about_to_send();
  if (!noted) fail(hop.into, Verdict::local_file, noted.error().code, "what is sent could not be written down before");
  return noted.has_value();
}

Task<ClientCore::Ending> ClientCore::exchange_shared(const Hop& hop, const Route& route, Http2Connection& connection,
                                                     PhaseWatch& watch) {
  Fetched& into = hop.into;
  const bool repeatable = hop.options.idempotent || is_idempotent(hop.request.method);
  ++counts_.exchanges;
  note_tls(into, connection.carrier());
  if (!may_send(hop)) {
    connection.give_up();
    co_return Ending::settled;
  }
  Http2ExchangeStream exchange(connection, watch, hop.request, hop.options, settings_.limits, hop.sink, into);
  co_await exchange.run(writer_.head(hop.request, hop.options, nullptr));
  connection.release();
  into.exchange.sent = !repeatable && !exchange.not_begun() && !exchange.unprocessed();
  if (exchange.not_begun()) co_return Ending::stale;
  const bool worth_another = exchange.unprocessed() || (into.exchange.reused && exchange.lost() && repeatable);
  if (!worth_another || into.tries >= shared_tries_max) co_return Ending::settled;
  if (hop.request.source != nullptr && !hop.request.source->rewind()) co_return Ending::settled;
  co_return Ending::again;
}

bool ClientCore::speaks_http2(const Route& route, const Connection& connection) const {
  if (route.tls != nullptr) return connection.stream.tls()->alpn() == "h2";
  return route.version == HttpVersionChoice::http2 && !route.absolute_form;
}

/// The connection goes on by itself, reserved for us; it is for others, too, unless we wanted one for us alone.
Http2Connection& ClientCore::make_shared(const Hop& hop, std::unique_ptr<Connection> carrier) {
  Origin& origin = *carrier->origin;
  auto made = std::make_unique<Http2Connection>(pool_, origin, settings_, std::move(carrier), hop.options.fresh);
  Http2Connection& connection = *made;
  connection.reserve();
  scope_->start([](std::unique_ptr<Http2Connection> alive) -> Task<void> { co_await alive->run(); }, std::move(made));
  if (!hop.options.fresh) pool_.became_shared(origin, connection);
  return connection;
}

/// Nothing may have come while nobody asked: neither the end nor bytes that would pass for the next answer.
Task<bool> ClientCore::looks_good(Connection& connection) {
  const std::span<std::byte> buffer(connection.buffer.get(), buffer_bytes);
  ByteStream& stream = connection.stream;
  const Result<std::size_t> count = stream.tls() != nullptr ? co_await stream.receive_tls_now(buffer)
                                                            : co_await receive_now(io_, stream.socket(), buffer);
  co_return !count && count.error().code == EAGAIN;
}

Task<ClientCore::Ending> ClientCore::exchange(const Hop& hop, const Route& route,
                                              std::unique_ptr<Connection> connection, PhaseWatch& watch) {
  Fetched& into = hop.into;
  const bool repeatable = hop.options.idempotent || is_idempotent(hop.request.method);
  ++counts_.exchanges;
  note_tls(into, *connection);
  if (!may_send(hop)) {
    pool_.close(std::move(connection));
    co_return Ending::settled;
  }
  Http1Exchange exchange(*connection, watch, hop.request, hop.options, settings_.limits, hop.sink, into);
  co_await exchange.run(writer_, route.absolute_form ? route.proxy : nullptr);
  into.exchange.sent = exchange.sent() && !repeatable;
  const bool worth_another = into.exchange.reused && exchange.lost() && (repeatable || !exchange.sent());
  ++connection->exchanges;
  if (exchange.reusable() && !hop.options.fresh) {
    pool_.give_back(std::move(connection));
  } else {
    pool_.close(std::move(connection));
  }
  if (!worth_another || (hop.request.source != nullptr && !hop.request.source->rewind())) co_return Ending::settled;
  co_return Ending::lost;
}

Task<ClientCore::Ending> ClientCore::begin(const Hop& hop, const Route& route, Origin& origin, bool finds_out,
                                           Scope& outer) {
  Fetched& into = hop.into;
  Scope scope(io_, &outer);
  PhaseWatch watch(scope);
  into.started = io_.now();
  Dialed dialed = co_await dial(hop, route);
  note_dialed(hop, route, dialed);
  if (dialed.verdict != Verdict::open) {
    pool_.end_dial(origin, finds_out);
    co_return Ending::settled;
  }
  ++counts_.connections;
  auto connection = std::make_unique<Connection>(io_, std::move(dialed.socket), settings_.limits);
  connection->origin = &origin;
  connection->address = dialed.address;
  watch.set_total(later(into.started, hop.total));
  co_await EnterScope{&scope};
  if (!co_await prepare(hop, route, *connection, watch)) {
    co_await EnterScope{&outer};
    connection.reset();
    pool_.end_dial(origin, finds_out);
    co_return Ending::settled;
  }
  Ending ending = Ending::settled;
  if (speaks_http2(route, *connection)) {
    ending = co_await exchange_shared(hop, route, make_shared(hop, std::move(connection)), watch);
  } else {
    pool_.became_single(origin);
    connection->buffer = pool_.take_buffer();
    ending = co_await exchange(hop, route, std::move(connection), watch);
  }
  co_await EnterScope{&outer};
  co_return ending;
}

}  // namespace atonce
