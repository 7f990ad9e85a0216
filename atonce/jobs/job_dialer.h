#pragma once

#include <functional>

#include "atonce/jobs/guard.h"
#include "atonce/jobs/job.h"
#include "atonce/protocols/client/dialer.h"
#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// Connects for the HTTP jobs: asks the resolver, the guard and the neighbourhoods of a run, as a probe does.
///
/// The addresses of a name are tried in their order, as long as there is time and none of them answers; what the last
/// one says is the verdict, except that a host which refuses anywhere is closed and not silent. A host that a redirect
/// names is asked about like a name, also when it is a literal: whoever wrote the redirect would otherwise have us
/// knock at our own doors. A proxy is the user's own wish and may be anywhere.
class JobDialer final : public Dialer {
 public:
  /// All of them outlive it.
  JobDialer(Io& io, Resolver& resolver, const JobSetting& setting);

  Task<Dialed> dial(DialRequest request) override;
  std::optional<Verdict> objection_to(const DialRequest& request) override;
  std::optional<DialPlace> try_admit(const IpAddress& address) override;
  Task<Result<DialPlace>> admit(IpAddress address) override;

 private:
  Task<bool> find_addresses(const DialRequest& request, Addresses& addresses, Dialed& dialed);
  Task<Lookup> look_up(const DialRequest& request);
  Task<Result<void>> look_up_into(Lookup& found, std::string_view host);
  Task<void> connect_to(const DialRequest& request, const Addresses& addresses, Dialed& dialed);
  Task<Place> take_place(IpAddress address, Dialed& dialed);
  Task<void> connect_once(Endpoint to, Duration timeout, Dialed& dialed);

  Io& io_;
  Resolver& resolver_;
  const AddressChoice family_;
  const ExcludeList& excludes_;
  Neighbourhoods& neighbourhoods_;
  const Guard guard_;
};

/// Makes the resolver that a run asks for on this loop, and runs `body` with it. Throws where its configuration cannot
/// be used.
Task<void> with_job_resolver(Io& io, const JobSetting& setting, std::function<Task<void>(Resolver&)> body);

}  // namespace atonce
