// Asks a number server, and sums a hundred million random samples meanwhile, all in one thread.
// Usage: example_overlap [PORT], where "atonce serve --numbers PORT" listens (8197).

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "atonce/compute/random_sum.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"

using namespace atonce;

Task<double> ask(Io& io, Endpoint server) {
  const Result<Socket> socket = co_await connect(io, server);
  std::array<char, 64> text{};
  if (!socket || !co_await receive(io, *socket, std::as_writable_bytes(std::span(text).first(63)))) co_return NAN;
  co_return std::atof(text.data());
}

Task<double> compute(Io& io) {
  RandomSum sum(RandomKind::uniform, stream_of(1, 0));
  while (sum.samples() < 100'000'000) {
    sum.advance(100'000);
    co_await yield_if_due(io);  // Who waits for the world is served before the next millisecond of this.
  }
  co_return sum.total();
}

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8'197);
  const std::unique_ptr<Io> io = make_epoll_io();
  const auto [asked, own] = io->run(gather(*io, ask(*io, {*parse_address("127.0.0.1"), port}), compute(*io)));
  fmt::print("the server's sum is {}, ours {}\n", asked, own);
}
