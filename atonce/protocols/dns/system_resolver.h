#pragma once

#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// Asks the C library, on the engine's thread pool: for machines whose name service is more than files and DNS. It
/// cannot be stopped once it runs, and it does not tell apart why a server gave nothing (EAI_AGAIN: `dns_timeout`).
/// Source: getaddrinfo(3), RFC 3493 6.1.
Task<Lookup> ask_system(Io& io, std::string name, AddressChoice family);

/// What an error of getaddrinfo(3) means; `error` is errno when it is EAI_SYSTEM.
LookupFailure failure_of_getaddrinfo(int code, int error);

}  // namespace atonce
