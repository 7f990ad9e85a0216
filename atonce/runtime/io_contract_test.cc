// One suite for every engine: what a program may rely on, whatever stands behind its Io.

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <stdexcept>
#include <string>
#include <thread>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/io_contract_world.h"
#include "atonce/runtime/offload.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::ElementsAre;

int code_of(const auto& result) { return result ? 0 : result.error().code; }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

class IoContract : public ::testing::TestWithParam<ContractEngine> {
 protected:
  void SetUp() override {
    if (const std::string missing = GetParam().missing(); !missing.empty()) GTEST_SKIP() << missing;
    world_ = GetParam().make(std::nullopt);
  }
  void limit_sockets(std::uint32_t count) {
    world_.reset();
    world_ = GetParam().make(count);
  }
  Io& io() { return world_->io(); }
  ContractWorld& world() { return *world_; }

  Socket listener() {
    Result<Socket> made = listen(io(), world_->any_port());
    if (!made) throw std::runtime_error("cannot listen");
    return std::move(*made);
  }
  Socket datagram_socket() {
    Result<Socket> made = bind_datagram(io(), world_->any_port());
    if (!made) throw std::runtime_error("cannot bind");
    return std::move(*made);
  }
  Endpoint where(const Socket& socket) { return io().local_endpoint(socket.handle()).value(); }

  /// The two ends of a fresh connection.
  Task<std::pair<Socket, Socket>> connected_pair() {
    const Socket listening = listener();
    auto [client, server] =
        co_await gather(io(), as_task(connect(io(), where(listening))), as_task(accept(io(), listening)));
    if (!client || !server) throw std::runtime_error("no connection");
    co_return std::pair(std::move(*client), std::move(*server));
  }

  /// Accepts one connection and sends back the first four bytes.
  Task<void> echo_once(const Socket& listening) {
    const Result<Socket> socket = co_await accept(io(), listening);
    std::array<std::byte, 4> buffer;
    if (!socket || !co_await receive_exactly(io(), *socket, buffer)) co_return;
    EXPECT_TRUE(co_await send_all(io(), *socket, buffer));
  }
  Task<bool> is_echoed(Endpoint to, int number) {
    const Result<Socket> socket = co_await connect(io(), to);
    if (!socket) co_return false;
    const auto sent = std::bit_cast<std::array<std::byte, 4>>(number);
    std::array<std::byte, 4> back{};
    if (!co_await send_all(io(), *socket, sent) || !co_await receive_exactly(io(), *socket, back)) co_return false;
    co_return back == sent;
  }
  /// Time for what was closed to be gone.
  Task<void> settle() { EXPECT_TRUE(co_await sleep_for(io(), 2ms)); }

  /// Runs a coroutine lambda to its end; it lives as long as it runs.
  template <class Body>
  void play(Body body) {
    io().run(body());
  }

 private:
  std::unique_ptr<ContractWorld> world_;
};

// Connecting.

TEST_P(IoContract, ConnectsWhereSomebodyListens) {
  const Socket listening = listener();
  EXPECT_TRUE(io().run(as_task(connect(io(), where(listening)))));
}

TEST_P(IoContract, SaysThatAConnectWasRefusedByTheOtherSide) {
  const Result<Socket> socket = io().run(as_task(connect(io(), world().refusing())));
  ASSERT_EQ(code_of(socket), ECONNREFUSED);
  EXPECT_FALSE(socket.error().local);
}

TEST_P(IoContract, TimesOutWhereNobodyAnswers) {
  const Instant before = io().now();
  EXPECT_EQ(code_of(io().run(as_task(within(20ms, connect(io(), world().silent()))))), ETIMEDOUT);
  EXPECT_GE(io().now() - before, 20ms);
}

TEST_P(IoContract, CountsTheSynsOfAConnectThatIsGivenUpWhereItCan) {
  // The kernel does not tell of a ring's direct descriptors.
  const std::uint16_t one = io().name() == "ring" ? 0 : 1;
  ConnectFacts facts;
  EXPECT_EQ(code_of(io().run(as_task(within(20ms, connect(io(), world().silent(), &facts))))), ETIMEDOUT);
  EXPECT_EQ(facts.syns, one);
  // Where the answer tells all, nobody counts.
  ConnectFacts refused;
  EXPECT_EQ(code_of(io().run(as_task(within(20ms, connect(io(), world().refusing(), &refused))))), ECONNREFUSED);
  EXPECT_EQ(refused.syns, 0);
}

TEST_P(IoContract, RefusesAnEndpointWithoutAnAddressAsOurOwnMistake) {
  const Result<Socket> socket = io().run(as_task(connect(io(), Endpoint{})));
  ASSERT_EQ(code_of(socket), EAFNOSUPPORT);
  EXPECT_TRUE(socket.error().local);
}

TEST_P(IoContract, StartsNothingInACancelledScope) {
  const Socket listening = listener();
  const std::size_t before = world().open_sockets();
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      scope.cancel();
      EXPECT_EQ(code_of(co_await connect(io(), world().silent())), ECANCELED);
      EXPECT_EQ(code_of(co_await connect(io(), where(listening))), ECANCELED);
      EXPECT_EQ(code_of(co_await accept(io(), listening)), ECANCELED);
    });
    // A connection that had been made would be accepted now.
    EXPECT_EQ(code_of(co_await within(5ms, accept(io(), listening))), ETIMEDOUT);
  });
  EXPECT_EQ(world().open_sockets(), before);
}

TEST_P(IoContract, EndsACancelledConnectOnceAndKeepsNothingOpen) {
  const std::size_t before = world().open_sockets();
  int ended = 0;
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 20; ++i)
        scope.start([&] -> Task<void> {
          EXPECT_EQ(code_of(co_await connect(io(), world().silent())), ECANCELED);
          ++ended;
        });
      EXPECT_TRUE(co_await sleep_for(io(), 2ms));
      EXPECT_EQ(ended, 0);
      scope.cancel();
    });
    co_await settle();
  });
  EXPECT_EQ(ended, 20);
  EXPECT_EQ(world().open_sockets(), before);
}

TEST_P(IoContract, CanCancelAConnectInTheTurnThatStartedIt) {
  const Socket listening = listener();
  const std::size_t before = world().open_sockets();
  play([&] -> Task<void> {
    for (int i = 0; i < 20; ++i)
      co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
        for (const Endpoint& to : {world().silent(), world().refusing(), where(listening)})
          scope.start(
              [this](Endpoint endpoint) -> Task<void> {
                const Result<Socket> socket = co_await connect(io(), endpoint);
                EXPECT_THAT(code_of(socket), AnyOf(0, ECONNREFUSED, ECANCELED));
              },
              to);
        scope.start([&scope] -> Task<void> {
          scope.cancel();
          co_return;
        });
        co_return;
      });
    co_await settle();
  });
  EXPECT_EQ(world().open_sockets(), before);
}

TEST_P(IoContract, HoldsAThousandConnectionsAtOnce) {
  constexpr int count = 1'000;
  const Socket listening = listener();
  int echoed = 0;
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < count; ++i) {
        scope.start([&] -> Task<void> { co_await echo_once(listening); });
        scope.start([&](int number) -> Task<void> { echoed += co_await is_echoed(where(listening), number); }, i);
      }
      co_return;
    });
  });
  EXPECT_EQ(echoed, count);
}

// Running out of sockets.

TEST_P(IoContract, SaysThatSocketsRanOutHereAndGoesOnWhenOneIsGivenBack) {
  limit_sockets(12);
  const Socket listening = listener();
  play([&] -> Task<void> {
    std::vector<Socket> held;
    Result<Socket> last = co_await connect(io(), where(listening));
    for (; last && held.size() < 100; last = co_await connect(io(), where(listening))) held.push_back(std::move(*last));
    EXPECT_EQ(code_of(last), EMFILE);
    EXPECT_TRUE(!last && last.error().local);
    EXPECT_GE(held.size(), 4);
    EXPECT_LE(held.size(), 12);
    if (held.empty()) co_return;
    held.pop_back();
    co_await settle();
    EXPECT_TRUE(co_await connect(io(), where(listening)));
  });
}

TEST_P(IoContract, GivesEverySocketBackThatItCloses) {
  limit_sockets(12);
  const Socket listening = listener();
  play([&] -> Task<void> {
    for (int i = 0; i < 36; ++i) {
      EXPECT_EQ(code_of(co_await connect(io(), where(listening))), 0) << "connection " << i;
      EXPECT_EQ(code_of(co_await within(1s, accept(io(), listening))), 0) << "connection " << i;
      EXPECT_EQ(code_of(co_await connect(io(), world().refusing())), ECONNREFUSED);
      EXPECT_EQ(code_of(co_await within(100us, connect(io(), world().silent()))), ETIMEDOUT);
      co_await settle();
    }
  });
}

// Streams.

TEST_P(IoContract, CarriesBytesBothWays) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::array<std::byte, 4> buffer;
    EXPECT_TRUE(co_await send_all(io(), client, bytes_of("ping")));
    EXPECT_TRUE(co_await receive_exactly(io(), server, buffer));
    EXPECT_TRUE(std::ranges::equal(buffer, bytes_of("ping")));
    EXPECT_TRUE(co_await send_all(io(), server, bytes_of("pong")));
    EXPECT_TRUE(co_await receive_exactly(io(), client, buffer));
    EXPECT_TRUE(std::ranges::equal(buffer, bytes_of("pong")));
  });
}

TEST_P(IoContract, ReceivesWhatIsThereAndNoMoreThanTheBufferTakes) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::array<std::byte, 100> buffer;
    EXPECT_TRUE(co_await send_all(io(), client, bytes_of("abcde")));
    EXPECT_TRUE(co_await sleep_for(io(), 5ms));
    EXPECT_EQ(co_await receive(io(), server, std::span(buffer).first(2)), Result<std::size_t>(2));
    EXPECT_EQ(co_await receive(io(), server, buffer), Result<std::size_t>(3));
  });
}

TEST_P(IoContract, TakesWhatIsThereWithoutWaitingAndSaysWhenNothingIs) {
  play([&] -> Task<void> {
    auto [client, server] = co_await connected_pair();
    std::array<std::byte, 8> buffer;
    EXPECT_EQ(code_of(co_await receive_now(io(), client, buffer)), EAGAIN);
    EXPECT_TRUE(co_await send_all(io(), server, bytes_of("a")));
    EXPECT_EQ(co_await receive(io(), client, buffer), Result<std::size_t>(1));
    EXPECT_EQ(code_of(co_await receive_now(io(), client, buffer)), EAGAIN);
    EXPECT_TRUE(co_await send_all(io(), server, bytes_of("bcd")));
    EXPECT_TRUE(co_await sleep_for(io(), 5ms));
    EXPECT_EQ(co_await receive_now(io(), client, buffer), Result<std::size_t>(3));
    server.close();
    EXPECT_TRUE(co_await sleep_for(io(), 5ms));
    EXPECT_EQ(co_await receive_now(io(), client, buffer), Result<std::size_t>(0));
  });
}

TEST_P(IoContract, HearsTheEndOfAStreamThatComesWithItsLastBytes) {
  play([&] -> Task<void> {
    for (int round = 0; round < 20; ++round) {
      auto [client, server] = co_await connected_pair();
      std::array<std::byte, 8> buffer;
      EXPECT_TRUE(co_await send_all(io(), server, bytes_of("a")));
      EXPECT_EQ(co_await receive(io(), client, buffer), Result<std::size_t>(1));
      EXPECT_TRUE(co_await send_all(io(), server, bytes_of("bc")));
      server.close();
      if (round % 2 == 0) EXPECT_TRUE(co_await sleep_for(io(), 1ms));
      EXPECT_TRUE(co_await receive_exactly(io(), client, std::span(buffer).first(2)));
      EXPECT_EQ(co_await receive(io(), client, buffer), Result<std::size_t>(0));
    }
  });
}

TEST_P(IoContract, EndsAStreamWithZeroBytesAndStillSendsTheOtherWay) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::array<std::byte, 8> buffer;
    EXPECT_TRUE(co_await send_all(io(), client, bytes_of("x")));
    io().finish_sending(client.handle());
    EXPECT_EQ(co_await receive(io(), server, buffer), Result<std::size_t>(1));
    EXPECT_EQ(co_await receive(io(), server, buffer), Result<std::size_t>(0));
    EXPECT_TRUE(co_await send_all(io(), server, bytes_of("yz")));
    EXPECT_TRUE(co_await receive_exactly(io(), client, std::span(buffer).first(2)));
  });
}

TEST_P(IoContract, ReportsAReset) {
  play([&] -> Task<void> {
    auto [client, server] = co_await connected_pair();
    std::array<std::byte, 8> buffer;
    EXPECT_TRUE(co_await send_all(io(), client, bytes_of("never read")));
    EXPECT_TRUE(co_await sleep_for(io(), 5ms));
    // RFC 9293 3.6.1: closing with bytes unread resets the connection.
    server.close();
    EXPECT_EQ(code_of(co_await receive(io(), client, buffer)), ECONNRESET);
    EXPECT_EQ(code_of(co_await send(io(), client, bytes_of("x"))), EPIPE);
  });
}

TEST_P(IoContract, BreaksAConnectionOffWithAResetBehindWhatItCarried) {
  play([&] -> Task<void> {
    auto [client, server] = co_await connected_pair();
    std::array<std::byte, 4> buffer{};
    EXPECT_TRUE(co_await send_all(io(), server, buffer));
    EXPECT_TRUE(co_await receive_exactly(io(), client, buffer));
    server.break_off();
    EXPECT_FALSE(server);
    EXPECT_EQ(code_of(co_await receive(io(), client, buffer)), ECONNRESET);
  });
}

TEST_P(IoContract, TellsWhoIsAtTheOtherEndOfAConnectionItAccepted) {
  play([&] -> Task<void> {
    auto [client, server] = co_await connected_pair();
    const Result<Endpoint> peer = io().remote_endpoint(server.handle());
    if (!peer) throw std::runtime_error("nobody is told");
    // The kernel does not tell of a ring's direct descriptors.
    if (io().name() != "ring") {
      EXPECT_EQ(*peer, where(client));
      EXPECT_EQ(io().remote_endpoint(client.handle()).value(), where(server));
    }
  });
  const Socket listening = listener();
  EXPECT_FALSE(io().remote_endpoint(listening.handle()));
}

TEST_P(IoContract, SendsMoreThanTheNetworkHolds) {
  constexpr std::size_t total = 8 << 20;
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::vector<std::byte> sent(total);
    for (std::size_t i = 0; i < total; ++i) sent[i] = static_cast<std::byte>(i * 31 >> 3);
    std::vector<std::byte> received(total);
    const auto [sending, receiving] =
        co_await gather(io(), send_all(io(), client, sent), receive_exactly(io(), server, received));
    EXPECT_TRUE(sending && receiving);
    EXPECT_TRUE(sent == received);
  });
}

TEST_P(IoContract, SendsAndReceivesOnOneSocketAtOnce) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::vector<std::byte> there(4 << 20, std::byte{1}), back(4 << 20, std::byte{2});
    std::vector<std::byte> at_server(there.size()), at_client(back.size());
    co_await gather(io(), send_all(io(), client, there), receive_exactly(io(), server, at_server),
                    send_all(io(), server, back), receive_exactly(io(), client, at_client));
    EXPECT_TRUE(there == at_server);
    EXPECT_TRUE(back == at_client);
  });
}

TEST_P(IoContract, LosesNoByteToACancel) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    for (int round = 0; round < 50; ++round) {
      std::array<std::byte, 1> buffer;
      Result<std::size_t> first = std::unexpected(Error{});
      co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
        scope.start([&] -> Task<void> { first = co_await receive(io(), server, buffer); });
        if (round % 2 == 0) co_await yield(io());
        EXPECT_TRUE(co_await send_all(io(), client, bytes_of("b")));
        if (round % 3 == 0) co_await yield(io());
        scope.cancel();
      });
      EXPECT_THAT(code_of(first), AnyOf(0, ECANCELED));
      // Either the cancelled receive gave the byte, or the next one does.
      if (!first) EXPECT_EQ(co_await within(1s, receive(io(), server, buffer)), Result<std::size_t>(1));
      EXPECT_EQ(buffer[0], std::byte{'b'});
    }
  });
}

TEST_P(IoContract, DeliversAnAnswerThatBeatItsDeadlineHoweverLateTheLoopIs) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::array<std::byte, 8> buffer;
    Result<std::size_t> received = std::unexpected(Error{});
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      // All three run in one turn, so no clock but ours decides.
      scope.start([&] -> Task<void> { received = co_await within(10ms, receive(io(), server, buffer)); });
      scope.start([&] -> Task<void> { EXPECT_TRUE(co_await send_all(io(), client, bytes_of("in time"))); });
      scope.start([&] -> Task<void> {
        world().stall(20ms);
        co_return;
      });
      co_return;
    });
    EXPECT_EQ(received, Result<std::size_t>(7));
  });
}

TEST_P(IoContract, EndsACancelledReceiveAndTheSocketStaysGood) {
  play([&] -> Task<void> {
    const auto [client, server] = co_await connected_pair();
    std::array<std::byte, 8> buffer;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(code_of(co_await within(1ms, receive(io(), server, buffer))), ETIMEDOUT);
    EXPECT_TRUE(co_await send_all(io(), client, bytes_of("late")));
    EXPECT_EQ(co_await receive(io(), server, buffer), Result<std::size_t>(4));
  });
}

// Accepting.

TEST_P(IoContract, AcceptsInTheOrderAskedAndWaitsForMore) {
  const Socket listening = listener();
  play([&] -> Task<void> {
    EXPECT_EQ(code_of(co_await within(2ms, accept(io(), listening))), ETIMEDOUT);
    const Result<Socket> early = co_await connect(io(), where(listening));
    EXPECT_TRUE(co_await accept(io(), listening));
    const auto [accepted, late] =
        co_await gather(io(), as_task(accept(io(), listening)), as_task(connect(io(), where(listening))));
    EXPECT_TRUE(early && accepted && late);
  });
}

// Datagrams.

TEST_P(IoContract, CarriesDatagramsWholeWithTheirSenders) {
  const Socket left = datagram_socket();
  const Socket right = datagram_socket();
  play([&] -> Task<void> {
    std::array<std::byte, 100> buffer;
    const auto [received, sent] = co_await gather(io(), as_task(receive_from(io(), right, buffer)),
                                                  as_task(send_to(io(), left, bytes_of("hello"), where(right))));
    EXPECT_EQ(sent, Result<std::size_t>(5));
    EXPECT_TRUE(received && received->first == 5);
    EXPECT_EQ(received.value().second, where(left));
    EXPECT_EQ(co_await send_to(io(), right, bytes_of("hi"), received->second), Result<std::size_t>(2));
    EXPECT_EQ(code_of(co_await within(1s, receive_from(io(), left, buffer))), 0);
  });
}

TEST_P(IoContract, CutsADatagramAtTheBuffer) {
  const Socket left = datagram_socket();
  const Socket right = datagram_socket();
  play([&] -> Task<void> {
    std::array<std::byte, 100> buffer;
    EXPECT_TRUE(co_await send_to(io(), left, bytes_of("too long"), where(right)));
    EXPECT_TRUE(co_await send_to(io(), left, bytes_of("next"), where(right)));
    EXPECT_EQ(co_await within(1s, receive(io(), right, std::span(buffer).first(3))), Result<std::size_t>(3));
    EXPECT_EQ(co_await within(1s, receive(io(), right, buffer)), Result<std::size_t>(4));
  });
}

TEST_P(IoContract, TalksToOnePeerThroughAnOpenDatagramSocket) {
  const Socket server = datagram_socket();
  const Result<Socket> client = open_datagram(io(), where(server));
  ASSERT_TRUE(client);
  play([&] -> Task<void> {
    std::array<std::byte, 100> buffer;
    EXPECT_EQ(co_await send(io(), *client, bytes_of("ask")), Result<std::size_t>(3));
    const auto asked = co_await within(1s, receive_from(io(), server, buffer));
    EXPECT_TRUE(asked);
    EXPECT_EQ(co_await send_to(io(), server, bytes_of("answer"), asked.value().second), Result<std::size_t>(6));
    EXPECT_EQ(co_await within(1s, receive(io(), *client, buffer)), Result<std::size_t>(6));
  });
}

TEST_P(IoContract, EndsACancelledDatagramReceive) {
  const Socket socket = datagram_socket();
  play([&] -> Task<void> {
    std::array<std::byte, 100> buffer;
    EXPECT_EQ(code_of(co_await within(1ms, receive_from(io(), socket, buffer))), ETIMEDOUT);
    EXPECT_EQ(code_of(co_await within(1ms, receive(io(), socket, buffer))), ETIMEDOUT);
  });
}

// Time.

TEST_P(IoContract, NeverWakesASleeperEarly) {
  int woken = 0;
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 200; ++i)
        scope.start(
            [&](Duration length) -> Task<void> {
              const Instant due = io().now() + length;
              EXPECT_TRUE(co_await sleep_until(io(), due));
              EXPECT_GE(io().now(), due);
              ++woken;
            },
            Duration(i * 97'531));
      co_return;
    });
  });
  EXPECT_EQ(woken, 200);
}

TEST_P(IoContract, WakesSleepersInTheOrderOfTheirInstants) {
  std::vector<int> order;
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      for (const int position : {3, 1, 5, 2, 4})
        scope.start(
            [&](int mine) -> Task<void> {
              EXPECT_TRUE(co_await sleep_for(io(), mine * 4ms));
              order.push_back(mine);
            },
            position);
      co_return;
    });
  });
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 5));
}

/// Names a protected member of the seam, to wait without a task.
struct Waiting : Io {
  static void wait_until(Io& io, Instant instant) { (io.*&Waiting::wait)(instant); }
};

TEST_P(IoContract, EndsAWaitWhenAnotherThreadWakesIt) {
  std::thread waker;
  const Instant before = io().now();
  for (int i = 0; i < 3; ++i) {
    waker = std::thread([this] { io().wake(); });
    if (GetParam().simulated) waker.join();
    Waiting::wait_until(io(), before + 20s);
    if (waker.joinable()) waker.join();
  }
  EXPECT_LT(io().now() - before, 10s);
}

TEST_P(IoContract, EndsTheNextWaitWhenItWasWokenBefore) {
  const Instant before = io().now();
  for (int i = 0; i < 3; ++i) {
    io().wake();
    Waiting::wait_until(io(), before + 20s);
  }
  EXPECT_LT(io().now() - before, 10s);
}

Io* woken_by_signal = nullptr;

TEST_P(IoContract, EndsAWaitFromASignalHandler) {
  if (GetParam().simulated) GTEST_SKIP() << "a simulation waits for nothing";
  woken_by_signal = &io();
  struct sigaction before{}, action{};
  action.sa_handler = [](int) { woken_by_signal->wake(); };
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, &before);
  const itimerval soon{.it_value = {.tv_usec = 2'000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  const Instant start = io().now();
  Waiting::wait_until(io(), start + 20s);
  EXPECT_LT(io().now() - start, 10s);
  ::sigaction(SIGALRM, &before, nullptr);
}

TEST_P(IoContract, GivesRandomBitsThatDiffer) {
  std::vector<std::uint64_t> drawn(1'000);
  for (std::uint64_t& number : drawn) number = io().random();
  std::ranges::sort(drawn);
  EXPECT_EQ(std::ranges::adjacent_find(drawn), drawn.end());
}

// Threads and processes.

TEST_P(IoContract, GivesWhatAnOffloadedFunctionReturns) {
  play([&] -> Task<void> {
    std::vector<Task<Result<int>>> tasks;
    for (int i = 0; i < 50; ++i) tasks.push_back(offload(io(), [i] { return i * i; }));
    const std::vector<Result<int>> squares = co_await gather(io(), std::move(tasks));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], Result<int>(i * i));
  });
}

TEST_P(IoContract, RethrowsWhatAnOffloadedFunctionThrows) {
  play([&] -> Task<void> {
    bool caught = false;
    try {
      const Result<int> never = co_await offload(io(), []() -> int { throw std::runtime_error("from the pool"); });
      EXPECT_FALSE(never);
    } catch (const std::runtime_error& error) {
      caught = error.what() == std::string_view("from the pool");
    }
    EXPECT_TRUE(caught);
  });
}

TEST_P(IoContract, CompletesEveryOffloadOnceUnderACancel) {
  std::atomic<int> ran = 0;
  int given = 0, cancelled = 0;
  play([&] -> Task<void> {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 100; ++i)
        scope.start([&] -> Task<void> {
          const Result<int> result = co_await offload(io(), [&ran] { return ++ran; });
          ++(result ? given : cancelled);
        });
      co_await yield(io());
      scope.cancel();
    });
  });
  EXPECT_EQ(given + cancelled, 100);
  EXPECT_EQ(given, ran);
}

TEST_P(IoContract, GivesTheWaitStatusOfAChild) {
  const pid_t child = world().start_child(7);
  world().let_child_end();
  const Result<int> status = io().run(as_task(wait_child(io(), child)));
  ASSERT_TRUE(status);
  EXPECT_TRUE(WIFEXITED(*status));
  EXPECT_EQ(WEXITSTATUS(*status), 7);
  EXPECT_EQ(code_of(io().run(as_task(wait_child(io(), child)))), ECHILD);
}

TEST_P(IoContract, RefusesToWaitForWhatIsNoChildOfOurs) {
  for (const pid_t stranger : {-1, 0, 1}) EXPECT_EQ(code_of(io().run(as_task(wait_child(io(), stranger)))), ECHILD);
}

TEST_P(IoContract, CanStopWaitingForAChildAndBeginAgain) {
  const pid_t child = world().start_child(3);
  EXPECT_EQ(code_of(io().run(as_task(within(100us, wait_child(io(), child))))), ETIMEDOUT);
  world().let_child_end();
  const Result<int> status = io().run(as_task(wait_child(io(), child)));
  ASSERT_TRUE(status);
  EXPECT_EQ(WEXITSTATUS(*status), 3);
}

// All of it at once.

/// Operations at random, many of them cancelled at random: whatever happens, each ends once and nothing stays open.
class Turmoil {
 public:
  Turmoil(Io& io, ContractWorld& world, const Socket& listening, Seed dice)
      : io_(io), world_(world), listening_(listening), dice_(dice) {}

  Task<void> run(int count) {
    Limiter window(io_, 40);
    co_await for_each(
        io_, window,
        [&, left = count]() mutable -> Task<std::optional<int>> {
          co_return left > 0 ? std::optional(left--) : std::nullopt;
        },
        [&](int) -> Task<void> { co_await one(); });
  }
  int started() const { return started_; }
  int ended() const { return ended_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return dice_.below(bound); }

  Task<void> one() {
    ++started_;
    const Duration limit(below(3) == 0 ? 0 : below(1'500'000));
    switch (below(7)) {
      case 0: co_await within(limit, talk(world_.silent())); break;
      case 1: co_await within(limit, talk(world_.refusing())); break;
      case 2: co_await within(limit, accept(io_, listening_)); break;
      case 3: co_await within(limit, sleep_for(io_, Duration(below(2'000'000)))); break;
      case 4: co_await within(limit, offload(io_, [] { return 1; })); break;
      default: co_await within(limit, talk(io_.local_endpoint(listening_.handle()).value())); break;
    }
    ++ended_;
  }
  Task<Result<std::size_t>> talk(Endpoint to) {
    const Result<Socket> socket = co_await connect(io_, to);
    if (!socket) co_return std::unexpected(socket.error());
    std::array<std::byte, 64> buffer{};
    const Result<std::size_t> sent = co_await send(io_, *socket, buffer);
    if (!sent) co_return sent;
    co_return co_await within(Duration(1 + below(300'000)), receive(io_, *socket, buffer));
  }

  Io& io_;
  ContractWorld& world_;
  const Socket& listening_;
  SimRandom dice_;
  int started_ = 0;
  int ended_ = 0;
};

TEST_P(IoContract, EndsEachOfTwoThousandTangledOperationsOnce) {
  const Socket listening = listener();
  const std::size_t before = world().open_sockets();
  Turmoil turmoil(io(), world(), listening, seed(91));
  play([&] -> Task<void> {
    co_await turmoil.run(2'000);
    co_await settle();
  });
  EXPECT_EQ(turmoil.started(), 2'000);
  EXPECT_EQ(turmoil.ended(), 2'000);
  EXPECT_EQ(world().open_sockets(), before);
}

INSTANTIATE_TEST_SUITE_P(Engine, IoContract, ::testing::ValuesIn(contract_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace atonce
