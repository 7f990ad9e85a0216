// The resolver against the built-in world's name server, on every engine: what it says of a name is the name's fate.

#include <gmock/gmock.h>

#include <array>
#include <memory>

#include "atonce/protocols/dns/resolver.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/sim_io.h"
#include "atonce/runtime/testing.h"
#include "atonce/world/dns_answer.h"
#include "atonce/world/fate.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

std::span<const std::uint8_t> octets(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> reply_bytes(const std::array<std::uint8_t, dns_reply_max>& reply, std::size_t size) {
  return std::as_bytes(std::span(reply)).first(size);
}

Task<void> serve_datagrams(Io* io, const WorldSpec* spec, Socket* socket) {
  std::array<std::byte, 1'500> query;
  std::array<std::uint8_t, dns_reply_max> reply;
  while (true) {
    const auto received = co_await receive_from(*io, *socket, query);
    if (!received && received.error().code == ECANCELED) co_return;
    if (!received) continue;
    const DnsReply said = answer_dns(*spec, octets(std::span(query).first(received->first)), DnsTransport::udp, reply);
    if (said.size == 0) continue;
    const auto sent = co_await send_to(*io, *socket, reply_bytes(reply, said.size), received->second);
    if (!sent && sent.error().code == ECANCELED) co_return;
  }
}

Task<void> serve_stream(Io* io, const WorldSpec* spec, std::shared_ptr<Socket> stream) {
  std::array<std::byte, 2> length;
  if (!co_await receive_exactly(*io, *stream, length)) co_return;
  std::vector<std::byte> query(std::to_integer<std::size_t>(length[0]) << 8 | std::to_integer<std::size_t>(length[1]));
  if (!co_await receive_exactly(*io, *stream, query)) co_return;
  std::array<std::uint8_t, dns_reply_max> reply;
  const DnsReply said = answer_dns(*spec, octets(query), DnsTransport::tcp, reply);
  length = {static_cast<std::byte>(said.size >> 8), static_cast<std::byte>(said.size & 0xff)};
  if (!co_await send_all(*io, *stream, length)) co_return;
  // In two pieces, so that the reader has to put them together.
  const std::span<const std::byte> whole = reply_bytes(reply, said.size);
  if (!co_await send_all(*io, *stream, whole.first(5))) co_return;
  if (!co_await send_all(*io, *stream, whole.subspan(5))) co_return;
  const auto ended = co_await receive(*io, *stream, query);
  static_cast<void>(ended);
}

Task<void> serve_streams(Io* io, const WorldSpec* spec, Socket* listener, Scope* scope) {
  while (true) {
    Result<Socket> stream = co_await accept(*io, *listener);
    if (!stream) co_return;
    scope->start(serve_stream, io, spec, std::make_shared<Socket>(std::move(*stream)));
  }
}

bool is_dns_verdict(Verdict verdict) { return verdict >= Verdict::no_name && verdict <= Verdict::dns_timeout; }

/// Empty when the resolver said what the world knows; else what it said.
std::string difference(const NameFate& fate, const Lookup& lookup) {
  const Verdict said = lookup ? Verdict::open : lookup.error().verdict;
  if (is_dns_verdict(fate.verdict)) return said == fate.verdict ? "" : std::string(name_of(said));
  if (!lookup) return std::string(name_of(said));
  return lookup->front() == fate.address ? "" : write_address(lookup->front());
}

/// Looks up so many names of a stormy world, all at once, and counts those that were truncated on the way.
ResolverCounters look_all_up(Io& io, const Endpoint& near, std::size_t count, bool silent_ones) {
  const WorldSpec spec = parse_world_spec("stormy,seed=11").value();
  Result<Socket> listener = listen(io, near);
  EXPECT_TRUE(listener);
  const Endpoint server = io.local_endpoint(listener->handle()).value();
  Result<Socket> socket = bind_datagram(io, server);
  EXPECT_TRUE(socket);
  ResolverCounters counters;
  io.run(
      [](Io& on, auto body) -> Task<void> { co_await with_scope(on, body); }(io, [&](Scope& scope) -> Task<void> {
        scope.start(serve_datagrams, &io, &spec, &*socket);
        scope.start(serve_streams, &io, &spec, &*listener, &scope);
        co_await with_resolver(io, {.servers = {server}, .in_flight_max = 100}, [&](Resolver& resolver) -> Task<void> {
          co_await with_scope(io, [&](Scope& all) -> Task<void> {
            for (std::size_t i = 0; i < count; ++i) {
              std::string name = "host" + std::to_string(i) + ".example.com";
              const NameFate fate = fate_of(spec, name);
              if (fate.verdict == Verdict::dns_timeout && !silent_ones) continue;
              all.start(
                  [&resolver](std::string host, NameFate known) -> Task<void> {
                    EXPECT_EQ(difference(known, co_await resolver.resolve(host, AddressChoice::v4_only)), "") << host;
                  },
                  std::move(name), fate);
            }
            co_return;
          });
          counters = resolver.counters();
        });
        scope.cancel();
      }));
  return counters;
}

TEST(ResolverInTheWorld, SaysOfEveryNameWhatItsFateIsInASimulation) {
  SimIo io{seed(11)};
  const ResolverCounters counters = look_all_up(io, at("127.0.0.1", 53), 3'000, true);
  EXPECT_GT(counters.over_tcp, 0u);
  EXPECT_GT(counters.silent, 0u);
}

TEST(ResolverInTheWorld, SaysOfEveryNameWhatItsFateIsOverEpoll) {
  const std::unique_ptr<Io> io = make_epoll_io();
  EXPECT_GT(look_all_up(*io, at("127.0.0.1", 0), 3'000, false).over_tcp, 0u);
}

TEST(ResolverInTheWorld, SaysOfEveryNameWhatItsFateIsOverIoUring) {
  const Parsed<std::unique_ptr<Io>> io = make_ring_io();
  if (!io) GTEST_SKIP() << io.error().text;
  EXPECT_GT(look_all_up(**io, at("127.0.0.1", 0), 3'000, false).over_tcp, 0u);
}

TEST(ResolverInTheWorld, SaysOfEveryNameWhatItsFateIsOverBlockingCalls) {
  const std::unique_ptr<Io> io = make_blocking_io();
  EXPECT_GT(look_all_up(*io, at("127.0.0.1", 0), 3'000, false).over_tcp, 0u);
}

}  // namespace
}  // namespace atonce
