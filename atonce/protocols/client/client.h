#pragma once

#include <memory>
#include <string>

#include "atonce/model/exchange.h"
#include "atonce/model/outcome.h"
#include "atonce/protocols/client/client_settings.h"
#include "atonce/protocols/client/dialer.h"
#include "atonce/protocols/client/http_request.h"
#include "atonce/protocols/http/head.h"
#include "atonce/runtime/scope.h"

namespace atonce {

/// All that came of a request. Instants that were not reached stay at the epoch; over a connection that stood already,
/// `resolved`, `connected` and `exchange.secured` are `started`.
struct Fetched {
  Verdict verdict = Verdict::unfinished;  ///< `ok`: a complete answer, whatever its status code
  int error = 0;                          ///< errno behind the verdict, 0 when there is none
  IpAddress address;                      ///< the peer: a proxy's, where one is
  Instant started{};  ///< when it had its place among the connections; waiting for that is not the target's
  Instant resolved{};
  Instant connected{};
  Instant finished{};
  std::uint16_t syns = 0;   ///< SYNs of a connect that nobody answered; 0: not known
  std::uint16_t tries = 0;  ///< of the last request; 2 when its connection had served before and was found broken
  Exchange exchange;
  ResponseHead head;  ///< of the last answer

  /// The parts that an outcome has.
  void settle(Outcome& outcome) &&;
};

/// What `get` gives: the same with the body, as far as it is kept (1 MiB, decoded).
struct Got : Fetched {
  std::string body;
};

/// How a client is doing; for tests and the curious.
struct ClientCounts {
  std::uint64_t exchanges = 0;
  std::uint64_t connections = 0;  ///< made
  std::uint64_t reused = 0;
  std::uint64_t retried = 0;
  std::uint64_t stale = 0;  ///< idle ones found broken or talkative
  std::uint32_t open = 0;
  std::uint32_t idle = 0;
};

class ClientCore;

/// An HTTP client over one loop: HTTP/1.1 and HTTP/2, plain or TLS, directly or through a proxy, with a pool of
/// connections that are used again last in first out. Made by `with_client`, which it does not outlive; any number of
/// tasks of its loop may fetch at once.
///
/// Nothing throws for what the world does: the verdict says it. Each time-out has its own verdict and the total bounds
/// everything, drips too. A request is sent a second time only on a reused connection that gave no byte of an answer,
/// when its method is idempotent or nothing of it was sent, or when HTTP/2 says that it was not processed.
class HttpClient {
 public:
  explicit HttpClient(ClientCore& core) : core_(core) {}

  /// GETs a URL, follows redirects, undoes content codings.
  Task<Got> get(std::string url);
  /// Makes one request and hands its answer's body to `sink`. All three must outlive the exchange.
  Task<Fetched> fetch(const HttpRequest& request, BodySink& sink, const RequestOptions& options = default_options());
  /// The same into `into`, a fresh one, which shows how far it has come also when it is cancelled.
  Task<void> fetch_into(Fetched& into, const HttpRequest& request, BodySink& sink, const RequestOptions& options);

  /// Closes what is idle.
  void close_idle();
  ClientCounts counts() const;

 private:
  static const RequestOptions& default_options();

  ClientCore& core_;
};

/// Owns a client's parts; see `with_client`.
class ClientOwner {
 public:
  ClientOwner(Io& io, Dialer& dialer, const ClientSettings& settings);
  ~ClientOwner();
  ClientOwner(const ClientOwner&) = delete;

  /// What runs beside the exchanges runs in `scope`, which ends before the owner does.
  HttpClient open(Scope& scope);
  /// Ends what is still connected.
  void close();

 private:
  std::unique_ptr<ClientCore> core_;
};

/// Runs `body(client)` with a client whose connections end with the call. `dialer` and `settings` outlive it.
template <class Body>
auto with_client(Io& io, Dialer& dialer, const ClientSettings& settings, Body body)
    -> std::invoke_result_t<Body&, HttpClient&> {
  using Value = typename std::invoke_result_t<Body&, HttpClient&>::value_type;
  ClientOwner owner(io, dialer, settings);
  co_return co_await with_scope(io, [&](Scope& scope) -> Task<Value> {
    HttpClient client = owner.open(scope);
    if constexpr (std::is_void_v<Value>) {
      co_await body(client);
      owner.close();
    } else {
      Value value = co_await body(client);
      owner.close();
      co_return value;
    }
  });
}

}  // namespace atonce
