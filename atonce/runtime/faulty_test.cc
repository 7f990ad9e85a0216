// What goes wrong, over the simulated engine: the contract suite shows that the others bear it too.

#include "atonce/runtime/faulty.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/offload.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

FaultPlan faults(std::string_view text) { return parse_io_faults(text).value().plan; }
int code_of(const auto& result) { return result ? 0 : result.error().code; }
std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Opens and refuses connections after 10 ms.
class FaultyIo : public ::testing::Test {
 protected:
  Faulty<SimIo>& with(std::string_view text) {
    io_.emplace(faults(text), seed(7), SimIo::Order::first_come);
    io_->host("192.0.2.1").open().latency(10ms);
    io_->host("192.0.2.2").refuses().latency(10ms);
    io_->host("192.0.2.3").never_answers();
    return *io_;
  }
  Result<Socket> connects(std::string_view to) { return io_->run(as_task(connect(*io_, at(to, 80)))); }

 private:
  std::optional<Faulty<SimIo>> io_;
};

TEST_F(FaultyIo, FailsTheNamedConnectAtOnceAsAShortageOfThisMachine) {
  SimIo& io = with("emfile@connect:2");
  EXPECT_TRUE(connects("192.0.2.1"));
  const Instant before = io.now();
  const Result<Socket> second = connects("192.0.2.1");
  ASSERT_EQ(code_of(second), EMFILE);
  EXPECT_TRUE(second.error().local);
  EXPECT_EQ(io.now(), before);
  EXPECT_TRUE(connects("192.0.2.1"));
}

TEST_F(FaultyIo, FailsAConnectAsTheNetworkWould) {
  with("econnreset@connect");
  const Result<Socket> refused = connects("192.0.2.1");
  ASSERT_EQ(code_of(refused), ECONNRESET);
  EXPECT_FALSE(refused.error().local);
}

TEST_F(FaultyIo, TellsAResultLaterThanItCame) {
  SimIo& io = with("late@connect+200ms");
  const Instant before = io.now();
  EXPECT_EQ(code_of(connects("192.0.2.2")), ECONNREFUSED);
  EXPECT_GE(io.now() - before, 210ms);
  EXPECT_LT(io.now() - before, 212ms);
}

TEST_F(FaultyIo, TellsWhatReallyHappenedToAHeldConnectThatIsCancelled) {
  SimIo& io = with("late@connect+10s");
  const Instant before = io.now();
  EXPECT_EQ(code_of(io.run(as_task(within(1s, connect(io, at("192.0.2.2", 80)))))), ECONNREFUSED);
  EXPECT_LT(io.now() - before, 1'100ms);
  EXPECT_TRUE(io.run(as_task(within(1s, connect(io, at("192.0.2.1", 80))))));
  EXPECT_EQ(io.open_handles(), 0u);
}

TEST_F(FaultyIo, HeedsACancelLate) {
  SimIo& io = with("latecancel@connect+50ms");
  const Instant before = io.now();
  EXPECT_EQ(code_of(io.run(as_task(within(1s, connect(io, at("192.0.2.3", 80)))))), ETIMEDOUT);
  EXPECT_GE(io.now() - before, 1'050ms);
  EXPECT_LT(io.now() - before, 1'060ms);
}

TEST_F(FaultyIo, TellsWhatHappensBetweenACancelAndItsBeingHeeded) {
  SimIo& io = with("latecancel@connect+50ms");
  int code = -1;
  io.run([](SimIo& sim, int& told) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start([&] -> Task<void> { told = code_of(co_await connect(sim, at("192.0.2.2", 80))); });
      co_await yield(sim);
      scope.cancel();
    });
  }(io, code));
  EXPECT_EQ(code, ECONNREFUSED);
}

TEST_F(FaultyIo, MovesNoMoreBytesThanIsSaidAndStillAllOfThem) {
  SimIo& io = with("short@send:3,short@receive:50%+1");
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("127.0.0.1", 80));
    const auto [client, server] =
        co_await gather(sim, as_task(connect(sim, at("127.0.0.1", 80))), as_task(accept(sim, *listener)));
    EXPECT_EQ(co_await send(sim, *client, bytes_of("abcdefgh")), Result<std::size_t>(3));
    EXPECT_TRUE(co_await send_all(sim, *client, bytes_of("defgh")));
    std::array<std::byte, 8> buffer;
    EXPECT_TRUE(co_await receive_exactly(sim, *server, buffer));
    EXPECT_TRUE(std::ranges::equal(buffer, bytes_of("abcdefgh")));
  }(io));
}

TEST_F(FaultyIo, NeverCutsADatagram) {
  SimIo& io = with("short@send:1,short@receive:1");
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> server = bind_datagram(sim, at("192.0.2.53", 53));
    const Result<Socket> client = open_datagram(sim, at("192.0.2.53", 53));
    std::array<std::byte, 8> buffer;
    EXPECT_EQ(co_await send(sim, *client, bytes_of("ask")), Result<std::size_t>(3));
    EXPECT_EQ(co_await receive(sim, *server, buffer), Result<std::size_t>(3));
  }(io));
}

TEST_F(FaultyIo, FailsToOpenADatagramSocketAndToListen) {
  SimIo& io = with("enfile@open:1,eacces@listen:1");
  EXPECT_EQ(code_of(open_datagram(io, at("192.0.2.1", 53))), ENFILE);
  EXPECT_EQ(code_of(open_datagram(io, at("192.0.2.1", 53))), 0);
  EXPECT_EQ(code_of(listen(io, at("127.0.0.1", 80))), EACCES);
  EXPECT_EQ(code_of(listen(io, at("127.0.0.1", 80))), 0);
}

TEST_F(FaultyIo, TellsLateWhatAThreadReturned) {
  SimIo& io = with("late@offload+1s");
  const Instant before = io.now();
  EXPECT_EQ(io.run(offload(io, [] { return 42; })), Result<int>(42));
  EXPECT_GE(io.now() - before, 1s);
}

TEST_F(FaultyIo, DoesTheSameForTheSameSeed) {
  const auto trace = [this] {
    SimIo& io = with("late@connect:30%+70ms,enobufs@connect:10%,latecancel@connect:20%+20ms");
    for (int i = 0; i < 200; ++i) (void)io.run(as_task(within(40ms, connect(io, at("192.0.2.2", 80)))));
    return io.trace_hash();
  };
  EXPECT_EQ(trace(), trace());
}

}  // namespace
}  // namespace atonce
