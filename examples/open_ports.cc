// Which ports of an address accept a connection? All 65,535 are tried, at most 500 at a time.
// Usage: example_open_ports [ADDRESS]

#include <fmt/format.h>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/requests.h"

using namespace atonce;
using namespace std::chrono_literals;

Task<void> list_open_ports(Io& io, IpAddress address) {
  Limiter window(io, 500);
  std::uint16_t port = 0;
  auto next = [&]() -> Task<std::optional<std::uint16_t>> {
    if (port == 65'535) co_return std::nullopt;
    co_return ++port;
  };
  co_await for_each(io, window, next, [&](std::uint16_t tried) -> Task<void> {
    const Result<Socket> socket = co_await within(2s, connect(io, {address, tried}));
    if (socket) fmt::print("{}\n", tried);
  });
}

int main(int argc, char** argv) {
  const auto address = parse_address(argc > 1 ? argv[1] : "127.0.0.1");
  if (!address) return fmt::print(stderr, "{} is not an address\n", argv[1]), 2;
  const std::unique_ptr<Io> io = make_epoll_io();
  io->run(list_open_ports(*io, *address));
}
