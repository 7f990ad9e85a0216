#pragma once

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/phase_watch.h"
#include "atonce/protocols/client/pool.h"
#include "atonce/protocols/client/request_writer.h"
#include "atonce/protocols/tls/session_cache.h"

namespace atonce {

/// One request on its way through its tries, redirects left out.
struct Hop {
  const HttpRequest& request;
  const RequestOptions& options;
  BodySink& sink;
  Fetched& into;
  Duration total;           ///< what is left of the deadline for everything
  bool redirected = false;  ///< somebody else said where to
};

class Http2Connection;

/// What a client is made of; see HttpClient.
class ClientCore {
 public:
  ClientCore(Io& io, Dialer& dialer, const ClientSettings& settings);

  void open(Scope& scope) { scope_ = &scope; }
  void close();

  Io& io() const { return io_; }
  Dialer& dialer() const { return dialer_; }
  const ClientSettings& settings() const { return settings_; }
  Pool& pool() { return pool_; }
  ClientCounts counts() const;

  /// The request to one place, tried again where that is safe.
  Task<void> run(Hop hop);

 private:
  /// Where a hop goes, and through whom.
  struct Route {
    const TlsContext* tls = nullptr;
    const Proxy* proxy = nullptr;
    HttpVersionChoice version = HttpVersionChoice::automatic;
    bool absolute_form = false;  ///< The proxy answers itself.
  };
  enum class Ending : std::uint8_t {
    settled,
    stale,  ///< an idle connection was found broken before it was used
    lost,   ///< a reused one broke without a byte of an answer: worth a fresh one
    again,  ///< HTTP/2: nothing was done with the request, or its connection is gone
  };

  Route route_of(const Hop& hop) const;
  Origin& enter_origin(const Hop& hop, const Route& route);
  Origin::Speaks expected_of(const Route& route) const;
  Task<Ending> attempt(const Hop& hop, const Route& route, Origin& origin, Lease lease);
  Task<Ending> reuse(const Hop& hop, const Route& route, std::unique_ptr<Connection> connection, Scope& outer);
  Task<bool> looks_good(Connection& connection);
  Task<Ending> exchange(const Hop& hop, const Route& route, std::unique_ptr<Connection> connection, PhaseWatch& watch);
  Task<Ending> share(const Hop& hop, const Route& route, Http2Connection& connection, Scope& outer);
  /// Asks the gate, if there is one.
  static bool may_send(const Hop& hop);
  Task<Ending> exchange_shared(const Hop& hop, const Route& route, Http2Connection& connection, PhaseWatch& watch);
  Http2Connection& make_shared(const Hop& hop, std::unique_ptr<Connection> carrier);
  bool speaks_http2(const Route& route, const Connection& connection) const;
  Task<std::optional<DialPlace>> find_place(const Hop& hop, IpAddress address);
  void note_reused(const Hop& hop, const Connection& connection, Instant now);
  Task<Ending> begin(const Hop& hop, const Route& route, Origin& origin, bool finds_out, Scope& outer);
  Task<Dialed> dial(const Hop& hop, const Route& route);
  Task<bool> prepare(const Hop& hop, const Route& route, Connection& connection, PhaseWatch& watch);
  Task<bool> go_through(const Hop& hop, const Proxy& proxy, Connection& connection, PhaseWatch& watch);
  Task<bool> secure(const Hop& hop, const TlsContext& context, Connection& connection, PhaseWatch& watch);
  void note_dialed(const Hop& hop, const Route& route, const Dialed& dialed);

  Io& io_;
  Dialer& dialer_;
  const ClientSettings& settings_;
  Scope* scope_ = nullptr;
  TlsSessionCache sessions_;
  Pool pool_;
  RequestWriter writer_;
  std::string key_text_;  ///< of the origin that is being looked for
  ClientCounts counts_;
};

}  // namespace atonce
