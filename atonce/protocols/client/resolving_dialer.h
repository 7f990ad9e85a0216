#pragma once

#include "atonce/protocols/client/dialer.h"
#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// Resolves and connects, with no more manners than that: for programs whose URLs are their own. Addresses of a name
/// are tried one after the other. Where somebody else chose (a redirect, a name), special-use addresses are refused
/// unless they are allowed; a literal of one's own is tried wherever it leads.
class ResolvingDialer final : public Dialer {
 public:
  ResolvingDialer(Io& io, Resolver& resolver, bool allow_private = false)
      : io_(io), resolver_(resolver), allow_private_(allow_private) {}

  Task<Dialed> dial(DialRequest request) override;
  std::optional<Verdict> objection_to(const DialRequest& request) override;

 private:
  Task<Lookup> look_up(const DialRequest& request);

  Io& io_;
  Resolver& resolver_;
  bool allow_private_;
};

}  // namespace atonce
