#include "atonce/runtime/sim_io.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

int connect_code(SimIo& io, const Endpoint& to) { return code_of(io.run(as_task(connect(io, to)))); }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Task<std::string> receive_all(Io& io, const Socket& socket, int* error = nullptr) {
  std::string text;
  std::array<std::byte, 1'000> buffer;
  while (true) {
    const Result<std::size_t> count = co_await receive(io, socket, buffer);
    if (!count && error != nullptr) *error = count.error().code;
    if (!count || *count == 0) co_return text;
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

TEST(SimIoConnect, TakesOneRoundTripToAnOpenPort) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open(443).latency(40ms);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 443)), 0);
  EXPECT_EQ(io.now(), start_of_time + 40ms);
}

TEST(SimIoConnect, IsRefusedWhereNobodyListens) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open(443).latency(40ms);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 80)), ECONNREFUSED);
  EXPECT_EQ(io.now(), start_of_time + 40ms);
}

TEST(SimIoConnect, IsRefusedByAHostThatRefusesEvenWhereATaskListens) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").refuses();
  const Result<Socket> listener = listen(io, at("192.0.2.1", 80));
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 80)), ECONNREFUSED);
}

TEST(SimIoConnect, EndsInTimeoutAfter131SecondsAnd11SynsWhenNobodyAnswers) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").never_answers();
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 443)), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 131s);
  EXPECT_EQ(io.syns_sent(at("192.0.2.1", 443)), 11);
}

TEST(SimIoConnect, SendsTheSynsThatFitIntoItsDeadline) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").never_answers();
  EXPECT_EQ(code_of(io.run(as_task(within(3'500ms, connect(io, at("192.0.2.1", 443)))))), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 3'500ms);
  EXPECT_EQ(io.syns_sent(at("192.0.2.1", 443)), 4);
}

TEST(SimIoConnect, CountsTheSynsOfThousandsOfDestinationsApart) {
  SimIo io{seed(7)};
  io.default_host([](const IpAddress&) { return HostRule().open(); });
  const auto destination = [](std::uint32_t number) { return Endpoint{IpAddress::v4(0x0A00'0000U + number), 443}; };
  for (std::uint32_t number = 0; number < 3'000; ++number)
    for (std::uint32_t time = 0; time <= number % 3; ++time) EXPECT_EQ(connect_code(io, destination(number)), 0);
  for (std::uint32_t number = 0; number < 3'000; ++number) ASSERT_EQ(io.syns_sent(destination(number)), number % 3 + 1);
  EXPECT_EQ(io.syns_sent(), 6'000);
  EXPECT_EQ(io.syns_sent(destination(3'000)), 0);
}

TEST(SimIoConnect, IsUnreachableAfterOneRoundTrip) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").unreachable().latency(9ms);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 443)), EHOSTUNREACH);
  EXPECT_EQ(io.now(), start_of_time + 9ms);
}

TEST(SimIoConnect, WithoutARouteFailsAtOnceAndIsNotStarted) {
  SimIo io{seed(7), SimIo::Order::first_come};
  io.host("192.0.2.1").no_route();
  ConnectOperation operation(at("192.0.2.1", 443));
  EXPECT_TRUE(io.start(operation));
  EXPECT_EQ(operation.result, -ENETUNREACH);
  EXPECT_FALSE(operation.started);
}

TEST(SimIoConnect, IsStartedWhenTheFailureCameFromOutside) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").refuses();
  ConnectOperation operation(at("192.0.2.1", 443));
  operation.waiter = std::noop_coroutine();
  EXPECT_FALSE(io.start(operation));
  EXPECT_TRUE(io.run(as_task(sleep_for(io, 1s))));
  EXPECT_EQ(operation.result, -ECONNREFUSED);
  EXPECT_TRUE(operation.started);
}

TEST(SimIoConnect, AsksTheDefaultRuleForAnAddressWithoutOneOfItsOwn) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").unreachable();
  io.default_host([](const IpAddress& address) {
    HostRule rule;
    return address.v4_host_order() % 2 == 0 ? rule.open() : rule.refuses();
  });
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 443)), EHOSTUNREACH);
  EXPECT_EQ(connect_code(io, at("192.0.2.2", 443)), 0);
  EXPECT_EQ(connect_code(io, at("192.0.2.3", 443)), ECONNREFUSED);
}

TEST(SimIoConnect, ThatLosesSynsTakesWholeSecondsLonger) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open().latency(30ms).loses(0.5);
  std::array<int, 12> by_second{};
  for (int i = 0; i < 400; ++i) {
    const Instant started = io.now();
    if (connect_code(io, at("192.0.2.1", 443)) != 0) continue;
    const Duration took = io.now() - started;
    EXPECT_EQ(took % 1s, 30ms);
    if (took < 12s) ++by_second[static_cast<std::size_t>(took / 1s)];
  }
  // A SYN and its answer both get through one time in four.
  EXPECT_NEAR(by_second[0], 100, 30);
  EXPECT_NEAR(by_second[1], 75, 30);
  EXPECT_EQ(by_second[6], 0);
  EXPECT_GT(by_second[7], 0);
}

TEST(SimIoConnect, JitterDelaysByUpToItsBound) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open().latency(10ms).jitter(5ms);
  Duration longest{};
  for (int i = 0; i < 100; ++i) {
    const Instant started = io.now();
    EXPECT_EQ(connect_code(io, at("192.0.2.1", 443)), 0);
    EXPECT_GE(io.now() - started, 10ms);
    EXPECT_LE(io.now() - started, 15ms);
    longest = std::max(longest, io.now() - started);
  }
  EXPECT_GT(longest, 14ms);
}

TEST(SimIoConnect, RefusesAnAddressThatIsNotALiteral) {
  SimIo io{seed(1)};
  EXPECT_THROW(io.host("example.com"), std::invalid_argument);
}

/// A server that answers every connection with what it was sent, in capitals.
Task<void> shout(Io& io, const Socket& listener, int connections) {
  for (int i = 0; i < connections; ++i) {
    const Result<Socket> socket = co_await accept(io, listener);
    std::string text = co_await receive_all(io, *socket);
    for (char& letter : text) letter = static_cast<char>(std::toupper(letter));
    EXPECT_TRUE(co_await send_all(io, *socket, bytes_of(text)));
  }
}

Task<std::string> ask(Io& io, const Endpoint& to, std::string_view text) {
  const Result<Socket> socket = co_await connect(io, to);
  EXPECT_TRUE(socket);
  EXPECT_TRUE(co_await send_all(io, *socket, bytes_of(text)));
  io.finish_sending(socket->handle());
  co_return co_await receive_all(io, *socket);
}

TEST(SimIoStream, CarriesBytesToAServerThatIsATaskAndBack) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").latency(40ms);
  const auto [answer, served] = io.run([](SimIo& sim) -> Task<std::tuple<std::string, bool>> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    co_return co_await gather(sim, ask(sim, at("192.0.2.1", 80), "hello"),
                              [](Io& server, const Socket& on) -> Task<bool> {
                                co_await shout(server, on, 1);
                                co_return true;
                              }(sim, *listener));
  }(io));
  EXPECT_EQ(answer, "HELLO");
  EXPECT_TRUE(served);
  // One round trip for the connection, one for the answer.
  EXPECT_EQ(io.now(), start_of_time + 80ms);
  EXPECT_EQ(io.open_handles(), 0);
}

TEST(SimIoStream, CarriesMoreThanItsWindowInOrderWithShortTransfersAndLoss) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += static_cast<char>('a' + i % 23);
  text += text;
  text += text;
  std::string expected = text;
  for (char& letter : expected) letter = static_cast<char>(std::toupper(letter));
  SimIo io{seed(7)};
  io.short_transfers(true);
  io.host("192.0.2.1").jitter(3ms).loses(0.05);
  std::string answer;
  io.run([](SimIo& sim, const std::string& question, std::string& into) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(shout, std::ref(sim), std::cref(*listener), 1);
      into = co_await ask(sim, at("192.0.2.1", 80), question);
    });
  }(io, text, answer));
  EXPECT_EQ(answer, expected);
}

TEST(SimIoStream, ASenderWaitsWhileNobodyReads) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
    const std::string much(1'000'000, 'x');
    EXPECT_EQ(code_of(co_await within(1s, send_all(sim, *client, bytes_of(much)))), ETIMEDOUT);
  }(io));
}

TEST(SimIoStream, ClosingWithBytesUnreadResetsThePeer) {
  SimIo io{seed(7)};
  int error = 0;
  io.run([](SimIo& sim, int* into) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
    EXPECT_TRUE(co_await send_all(sim, *client, bytes_of("never read")));
    Result<Socket> server = co_await accept(sim, *listener);
    EXPECT_TRUE(co_await sleep_for(sim, 1s));
    server->close();
    EXPECT_EQ(co_await receive_all(sim, *client, into), "");
    EXPECT_EQ(code_of(co_await send(sim, *client, bytes_of("x"))), EPIPE);
  }(io, &error));
  EXPECT_EQ(error, ECONNRESET);
}

TEST(SimIoStream, SendingToAPeerThatHasClosedEndsInReset) {
  SimIo io{seed(7)};
  int error = 0;
  io.run([](SimIo& sim, int* into) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
    Result<Socket> server = co_await accept(sim, *listener);
    server->close();
    EXPECT_TRUE(co_await send(sim, *client, bytes_of("too late")));
    EXPECT_TRUE(co_await sleep_for(sim, 1s));
    co_await receive_all(sim, *client, into);
  }(io, &error));
  EXPECT_EQ(error, ECONNRESET);
}

TEST(SimIoStream, HalfCloseLetsTheOtherDirectionGoOn) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
    const Result<Socket> server = co_await accept(sim, *listener);
    sim.finish_sending(client->handle());
    EXPECT_EQ(code_of(co_await send(sim, *client, bytes_of("x"))), EPIPE);
    EXPECT_TRUE(co_await send_all(sim, *server, bytes_of("still here")));
    sim.finish_sending(server->handle());
    EXPECT_EQ(co_await receive_all(sim, *client), "still here");
    EXPECT_EQ(co_await receive_all(sim, *server), "");
  }(io));
}

TEST(SimIoStream, ResetsAfterExactlySoManyBytes) {
  for (std::size_t limit = 0; limit <= 10; ++limit) {
    SimIo io{seed(limit)};
    io.host("192.0.2.1").resets_after(limit);
    int error = 0;
    std::string received;
    io.run([](SimIo& sim, std::string* text, int* into) -> Task<void> {
      const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
      const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
      const Result<Socket> server = co_await accept(sim, *listener);
      EXPECT_TRUE(co_await send(sim, *server, bytes_of("0123456789")));
      *text = co_await receive_all(sim, *client, into);
    }(io, &received, &error));
    EXPECT_EQ(received, std::string("0123456789").substr(0, limit));
    EXPECT_EQ(error, ECONNRESET);
  }
}

TEST(SimIoStream, AFullAcceptQueueLosesTheSynAndTheRepetitionGetsThrough) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").latency(10ms);
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80), 0);
    const Result<Socket> first = co_await connect(sim, at("192.0.2.1", 80));
    EXPECT_EQ(sim.now(), start_of_time + 10ms);
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](SimIo& inner, const Socket& on) -> Task<void> {
            EXPECT_TRUE(co_await sleep_for(inner, 500ms));
            const Result<Socket> accepted = co_await accept(inner, on);
            EXPECT_TRUE(co_await sleep_for(inner, 1s));
          },
          std::ref(sim), std::cref(*listener));
      EXPECT_TRUE(co_await connect(sim, at("192.0.2.1", 80)));
      EXPECT_EQ(sim.now(), start_of_time + 1'020ms);
    });
  }(io));
}

TEST(SimIoStream, AListenerThatClosesResetsWhatItHasNotAccepted) {
  SimIo io{seed(7)};
  int error = 0;
  io.run([](SimIo& sim, int* into) -> Task<void> {
    Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    const Result<Socket> client = co_await connect(sim, at("192.0.2.1", 80));
    EXPECT_TRUE(co_await sleep_for(sim, 1s));
    listener->close();
    co_await receive_all(sim, *client, into);
  }(io, &error));
  EXPECT_EQ(error, ECONNRESET);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 80)), ECONNREFUSED);
}

TEST(SimIoStream, ListeningTwiceAtOneEndpointIsRefusedAndPortZeroFindsAFreeOne) {
  SimIo io{seed(7)};
  const Result<Socket> first = listen(io, at("127.0.0.1", 80));
  EXPECT_EQ(code_of(listen(io, at("127.0.0.1", 80))), EADDRINUSE);
  const Result<Socket> any = listen(io, at("127.0.0.1", 0));
  EXPECT_EQ(connect_code(io, *io.local_endpoint(any->handle())), 0);
}

TEST(SimIoDatagram, GoesThereAndBackWithTheSendersAddress) {
  SimIo io{seed(7)};
  io.host("192.0.2.53").latency(20ms);
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> server = bind_datagram(sim, at("192.0.2.53", 53));
    const Result<Socket> client = open_datagram(sim, at("192.0.2.53", 53));
    EXPECT_EQ(co_await send(sim, *client, bytes_of("question")), 8);
    std::array<std::byte, 100> buffer;
    const auto question = co_await receive_from(sim, *server, buffer);
    EXPECT_EQ(question->first, 8);
    EXPECT_EQ(question->second, *sim.local_endpoint(client->handle()));
    EXPECT_TRUE(co_await send_to(sim, *server, std::span(buffer).first(4), question->second));
    EXPECT_EQ(co_await receive(sim, *client, buffer), 4);
    EXPECT_EQ(sim.now(), start_of_time + 20ms);
  }(io));
}

TEST(SimIoDatagram, IsCutAtTheBuffer) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> server = bind_datagram(sim, at("127.0.0.1", 53));
    const Result<Socket> client = open_datagram(sim, at("127.0.0.1", 53));
    EXPECT_TRUE(co_await send(sim, *client, bytes_of("0123456789")));
    std::array<std::byte, 3> buffer;
    EXPECT_EQ((co_await receive_from(sim, *server, buffer))->first, 3);
    EXPECT_EQ(code_of(co_await within(1s, receive_from(sim, *server, buffer))), ETIMEDOUT);
  }(io));
}

TEST(SimIoDatagram, ToNobodyIsRefusedAndOnlyAConnectedSocketHearsIt) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    std::array<std::byte, 10> buffer;
    const Result<Socket> connected = open_datagram(sim, at("192.0.2.53", 53));
    EXPECT_TRUE(co_await send(sim, *connected, bytes_of("x")));
    EXPECT_EQ(code_of(co_await receive(sim, *connected, buffer)), ECONNREFUSED);
    const Result<Socket> bound = bind_datagram(sim, at("127.0.0.1", 0));
    EXPECT_TRUE(co_await send_to(sim, *bound, bytes_of("x"), at("127.0.0.1", 53)));
    EXPECT_EQ(code_of(co_await within(1s, receive(sim, *bound, buffer))), ETIMEDOUT);
  }(io));
}

TEST(SimIoDatagram, FromAStrangerDoesNotReachAConnectedSocket) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    std::array<std::byte, 10> buffer;
    const Result<Socket> client = open_datagram(sim, at("127.0.0.1", 53));
    const Result<Socket> stranger = bind_datagram(sim, at("127.0.0.1", 54));
    EXPECT_TRUE(co_await send_to(sim, *stranger, bytes_of("forged"), *sim.local_endpoint(client->handle())));
    EXPECT_EQ(code_of(co_await within(1s, receive(sim, *client, buffer))), ETIMEDOUT);
  }(io));
}

/// Sends so many numbered datagrams at once and gives the numbers in the order of arrival.
std::vector<int> numbers_through(SimIo& io, int count) {
  return io.run([](SimIo& sim, int all) -> Task<std::vector<int>> {
    const Result<Socket> server = bind_datagram(sim, at("192.0.2.53", 53));
    const Result<Socket> client = open_datagram(sim, at("192.0.2.53", 53));
    for (int i = 0; i < all; ++i) EXPECT_TRUE(co_await send(sim, *client, std::as_bytes(std::span(&i, 1))));
    std::vector<int> arrived;
    int number = 0;
    while (co_await within(1s, receive(sim, *server, std::as_writable_bytes(std::span(&number, 1)))))
      arrived.push_back(number);
    co_return arrived;
  }(io, count));
}

TEST(SimIoDatagram, KeepsItsOrderOnAPlainLink) {
  SimIo io{seed(7)};
  EXPECT_THAT(numbers_through(io, 5), ElementsAre(0, 1, 2, 3, 4));
}

TEST(SimIoDatagram, IsLostWithTheGivenShare) {
  SimIo io{seed(7)};
  io.host("192.0.2.53").loses(0.5);
  EXPECT_NEAR(static_cast<double>(numbers_through(io, 200).size()), 100, 30);
}

TEST(SimIoDatagram, ArrivesTwiceWhereTheLinkDuplicates) {
  SimIo io{seed(7)};
  io.host("192.0.2.53").duplicates(1);
  EXPECT_THAT(numbers_through(io, 2), ElementsAre(0, 0, 1, 1));
}

TEST(SimIoDatagram, ChangesItsOrderWhereTheLinkReorders) {
  SimIo io{seed(7)};
  io.host("192.0.2.53").reorders(0.5);
  const std::vector<int> arrived = numbers_through(io, 50);
  EXPECT_EQ(arrived.size(), 50);
  EXPECT_FALSE(std::is_sorted(arrived.begin(), arrived.end()));
}

TEST(SimIoDatagram, IsSwallowedByAHostThatNeverAnswers) {
  SimIo io{seed(7)};
  io.host("192.0.2.53").never_answers();
  EXPECT_TRUE(numbers_through(io, 3).empty());
}

TEST(SimIoDatagram, AboveTheProtocolsLimitIsRefused) {
  SimIo io{seed(7)};
  const Result<Socket> client = open_datagram(io, at("127.0.0.1", 53));
  const std::string much(65'508, 'x');
  EXPECT_EQ(code_of(io.run(as_task(send(io, *client, bytes_of(much))))), EMSGSIZE);
}

}  // namespace
}  // namespace atonce
