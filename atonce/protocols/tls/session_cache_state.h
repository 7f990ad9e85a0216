#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "atonce/protocols/tls/certificate_facts.h"
#include "atonce/protocols/tls/context_state.h"
#include "atonce/protocols/tls/openssl.h"
#include "atonce/protocols/tls/session_cache.h"

namespace atonce {

struct ResumableSession {
  SslSessionPtr session;
  std::shared_ptr<const CertificateFacts> certificate;
};

struct TlsSessionCache::State {
  struct Host {
    std::string key;
    std::shared_ptr<TlsContext::State> context;  ///< kept alive, so that its address means no other one
    std::vector<ResumableSession> sessions;      ///< newest last
  };

  std::size_t sessions_max = 0;
  std::size_t size = 0;
  std::list<Host> hosts;  ///< last used first
  std::unordered_map<std::string, std::list<Host>::iterator> by_key;

  void put(const std::shared_ptr<TlsContext::State>& context, std::string_view host, ResumableSession session);
  /// The newest that is still good; without a session when there is none.
  ResumableSession take(const std::shared_ptr<TlsContext::State>& context, std::string_view host);
  /// Those of a host that a handshake failed with.
  void forget(const std::shared_ptr<TlsContext::State>& context, std::string_view host);

 private:
  void erase(std::list<Host>::iterator host);
};

}  // namespace atonce
