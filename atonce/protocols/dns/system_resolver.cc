#include "atonce/protocols/dns/system_resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/runtime/offload.h"

namespace atonce {
namespace {

std::optional<IpAddress> address_of(const sockaddr* socket) {
  IpAddress address;
  if (socket->sa_family == AF_INET) {
    address.family = Family::v4;
    std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in*>(socket)->sin_addr, 4);
  } else if (socket->sa_family == AF_INET6) {
    address.family = Family::v6;
    std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(socket)->sin6_addr, 16);
  } else {
    return std::nullopt;
  }
  return address;
}

int family_of(AddressChoice family) {
  switch (family) {
    case AddressChoice::v4_only: return AF_INET;
    case AddressChoice::v6_only: return AF_INET6;
    case AddressChoice::any: return AF_UNSPEC;
  }
  return AF_UNSPEC;
}

Lookup look_up(const std::string& name, AddressChoice family) {
  addrinfo hints{};
  hints.ai_family = family_of(family);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code != 0) return std::unexpected(failure_of_getaddrinfo(code, errno));
  Addresses addresses;
  for (const addrinfo* each = list; each != nullptr && addresses.size() < addresses_max; each = each->ai_next)
    if (const std::optional<IpAddress> address = address_of(each->ai_addr)) addresses.push_back(*address);
  ::freeaddrinfo(list);
  if (addresses.empty()) return std::unexpected(LookupFailure{Verdict::no_address});
  return addresses;
}

}  // namespace

LookupFailure failure_of_getaddrinfo(int code, int error) {
  switch (code) {
    case EAI_NONAME: return {Verdict::no_name};
    case EAI_NODATA:
    case EAI_ADDRFAMILY: return {Verdict::no_address};
    case EAI_AGAIN: return {Verdict::dns_timeout};
    case EAI_FAIL: return {Verdict::dns_failure};
    case EAI_MEMORY: return {Verdict::local_shortage, ENOMEM};
    case EAI_SYSTEM:
      return {error == EMFILE || error == ENFILE || error == ENOMEM ? Verdict::local_shortage : Verdict::local_error,
              error};
    default: return {Verdict::local_error};
  }
}

Task<Lookup> ask_system(Io& io, std::string name, AddressChoice family) {
  Result<Lookup> answer = co_await offload(io, [name = std::move(name), family] { return look_up(name, family); });
  if (!answer) co_return std::unexpected(LookupFailure{Verdict::unfinished, answer.error().code});
  co_return std::move(*answer);
}

}  // namespace atonce
