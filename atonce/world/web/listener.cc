#include "atonce/world/web/listener.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "atonce/runtime/socket_address.h"

namespace atonce {
namespace {

constexpr int backlog_max = 65'535;  // The kernel cuts it to net.core.somaxconn.

std::string why(int error, const Endpoint& at) {
  const std::string place = write_endpoint(at);
  switch (error) {
    case EADDRINUSE:
      return fmt::format("{} is taken by another program; choose another port, or 0 for any that is free", place);
    case EACCES:
      return fmt::format("{} may not be used by this user; ports below {} need root, so choose a higher one", place,
                         1024);
    case EADDRNOTAVAIL: return fmt::format("{} is no address of this machine", place);
    default: return fmt::format("cannot listen on {}: {}", place, std::strerror(error));
  }
}

}  // namespace

Parsed<OwnedDescriptor> open_listener(const Endpoint& at) {
  SocketAddress address;
  const socklen_t size = write_socket_address(at, address);
  OwnedDescriptor socket(::socket(socket_family(at), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return complain_of(errno, why(errno, at));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.get(), &address.any, size) != 0 || ::listen(socket.get(), backlog_max) != 0)
    return complain_of(errno, why(errno, at));
  return socket;
}

Endpoint endpoint_of(const OwnedDescriptor& listener) {
  SocketAddress address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener.get(), &address.any, &size) != 0) return {};
  return read_socket_address(address);
}

}  // namespace atonce
