// Asks a number server, and sums random samples meanwhile, in one thread. Usage: example_overlap [PORT]

#include <fmt/format.h>

#include "atonce/compute/random_sum.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"

using namespace atonce;

Task<std::string> ask(Io& io, Endpoint server) {
  std::string answer(64, '\0');
  const Result<Socket> socket = co_await connect(io, server);
  if (!socket) co_return "not to be had\n";
  const Result<std::size_t> got = co_await receive(io, *socket, std::as_writable_bytes(std::span(answer)));
  co_return answer.substr(0, got.value_or(0));
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
  const auto [theirs, ours] = io->run(gather(*io, ask(*io, {*parse_address("127.0.0.1"), port}), compute(*io)));
  fmt::print("our sum is {}, the server's {}", ours, theirs);
}
