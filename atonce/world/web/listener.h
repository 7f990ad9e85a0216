#pragma once

#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// A listening TCP socket, whose queue is as long as the kernel allows. Complains in words for a person: a port that is
/// taken, one that only root may have, an address that is not this machine's.
Parsed<OwnedDescriptor> open_listener(const Endpoint& at);
/// Where it listens; the port that 0 became.
Endpoint endpoint_of(const OwnedDescriptor& listener);

}  // namespace atonce
