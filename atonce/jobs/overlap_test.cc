#include "atonce/jobs/overlap.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <string>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ge;
using testing::Le;

const Endpoint server = at("192.0.2.1", 8197);

/// Takes time, as computing does, and nothing else.
class SimWork final : public Work {
 public:
  SimWork(SimIo& io, Duration each, std::uint64_t units) : io_(io), each_(each), left_(units) {}
  bool advance(std::uint64_t units) override {
    const std::uint64_t some = std::min(units, left_);
    io_.stall(each_ * static_cast<std::int64_t>(some));
    left_ -= some;
    done_ += some;
    return left_ > 0;
  }
  std::uint64_t done() const override { return done_; }
  void tell(ComputedPart& part) const override { part.total = static_cast<double>(done_); }

 private:
  SimIo& io_;
  Duration each_;
  std::uint64_t left_;
  std::uint64_t done_ = 0;
};

/// A number server of the simulation, for one connection: it says `text` after `thinks`, notes when, and closes.
Task<void> serve_once(SimIo& io, std::string text, Duration thinks, Instant* said) {
  const Result<Socket> listener = listen(io, server);
  const Result<Socket> connection = co_await accept(io, *listener);
  if (!connection) co_return;
  co_await sleep_for(io, thinks);
  *said = io.now();
  if (!text.empty()) (void)co_await send_all(io, *connection, std::as_bytes(std::span(text)));
}

/// What is asked and computed in one simulation, with every slice as long as told.
class Overlap : public testing::Test {
 public:
  OverlapSetting setting() {
    return {
        .servers = servers_, .connect_timeout = 3s, .timeout = 10s, .began = began_, .stop = stop_, .watch = watch_};
  }

  AskedNumber ask(std::string text, Duration thinks = 10ms, bool in_pieces = false) {
    SimIo io{seed(7)};
    io.short_transfers(in_pieces);
    AskedNumber asked;
    io.run([](SimIo& sim, OverlapSetting how, std::string says, Duration after, AskedNumber* into) -> Task<void> {
      Instant said;
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(serve_once, std::ref(sim), says, after, &said);
        co_await yield(sim);
        co_await ask_number(sim, how, 0, *into);
        scope.cancel();
      });
    }(io, setting(), std::move(text), thinks, &asked));
    EXPECT_EQ(io.open_handles(), 0u);
    return asked;
  }

  AskedNumber ask_nobody(const std::function<void(HostRule&)>& rule) {
    SimIo io{seed(7)};
    rule(io.host("192.0.2.1"));
    AskedNumber asked;
    io.run(ask_number(io, setting(), 0, asked));
    return asked;
  }

  /// Both sides at once on one loop, as `async` has it.
  void run_both(SimIo& io, Duration thinks, Duration slice, Duration each, std::uint64_t units) {
    io.set_slice(slice);
    io.host("192.0.2.1").latency(1ms);
    began_ = io.now();
    io.run([](SimIo& sim, Overlap* test, Duration after, Duration unit, std::uint64_t count) -> Task<void> {
      SimWork work(sim, unit, count);
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(serve_once, std::ref(sim), std::string("42.5\n"), after, &test->said_);
        co_await yield(sim);
        scope.start(ask_number, std::ref(sim), test->setting(), 0u, std::ref(test->asked_));
        co_await yield(sim);
        scope.start(compute, std::ref(sim), test->setting(), 0u, std::ref(work), std::ref(test->part_));
      });
    }(io, this, thinks, each, units));
    whole_ = io.now() - began_;
  }

  std::vector<Endpoint> servers_{server};
  Instant began_{};
  std::atomic<int> stop_ = 0;
  WatchOverlap watch_;
  AskedNumber asked_;
  ComputedPart part_;
  Duration whole_{};
  Instant said_{};
};

TEST_F(Overlap, AnAnswerIsANumberAndTheEndOfItsLine) {
  const AskedNumber asked = ask("-2345.125\n", 250ms);
  EXPECT_EQ(asked.end, AskEnd::answered);
  EXPECT_EQ(asked.number, -2345.125);
  EXPECT_THAT(asked.finished - asked.started, AllOf(Ge(250ms), Le(260ms)));
  EXPECT_EQ(asked.unseen_for, 0s);  // Nothing else went on: the loop waited for it.
}

TEST_F(Overlap, AnAnswerMayComeInPieces) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask("1e-3\n", 1ms, true).number, 0.001);
}

TEST_F(Overlap, WhatIsNoNumberIsToldFromWhatIsNotWhole) {
  for (const char* text : {"abc\n", "\n", "1 2\n", "1\n2\n", "inf\n", "nan\n", "0x10\n", " 1\n", "1\r\n", "+1\n",
                           "HTTP/1.1 400 Bad Request\r\n\r\n"})
    EXPECT_EQ(ask(text).end, AskEnd::no_number) << text;
  EXPECT_EQ(ask(std::string(100, '1')).end, AskEnd::no_number);
  EXPECT_EQ(ask(std::string(100, '1') + "\n").end, AskEnd::no_number);
  EXPECT_EQ(ask(std::string("1\0\n", 3)).end, AskEnd::no_number);
  for (const char* text : {"", "1", "12.5"}) EXPECT_EQ(ask(text).end, AskEnd::broken) << text;
}

TEST_F(Overlap, WhoDoesNotAnswerIsToldFromWhoIsNotThere) {
  const AskedNumber silent = ask("1\n", 20s);
  EXPECT_EQ(silent.end, AskEnd::timeout);
  EXPECT_TRUE(silent.connected_well);
  EXPECT_THAT(silent.finished - silent.connected, AllOf(Ge(10s), Le(10s + 50ms)));

  EXPECT_EQ(ask_nobody([](HostRule& host) { host.refuses(); }).end, AskEnd::no_server);
  EXPECT_EQ(ask_nobody([](HostRule& host) { host.unreachable(); }).error, EHOSTUNREACH);
  EXPECT_EQ(ask_nobody([](HostRule& host) { host.no_route(); }).end, AskEnd::no_server);
  const AskedNumber dead = ask_nobody([](HostRule& host) { host.never_answers(); });
  EXPECT_EQ(dead.end, AskEnd::timeout);
  EXPECT_FALSE(dead.connected_well);
}

TEST_F(Overlap, WhereOneAddressTakesNoConnectionTheNextIsTried) {
  servers_ = {at("192.0.2.66", 8197), at("192.0.2.77", 8197), server};
  EXPECT_EQ(ask("7\n").number, 7);
  servers_ = {at("192.0.2.66", 8197), at("192.0.2.77", 8197)};
  EXPECT_EQ(ask("7\n").end, AskEnd::no_server);
}

TEST_F(Overlap, AShortageHereIsNotTheServersFault) {
  SimIo io{seed(7)};
  io.fail_next(OperationKind::connect, EMFILE);
  AskedNumber asked;
  io.run(ask_number(io, setting(), 0, asked));
  EXPECT_EQ(asked.end, AskEnd::shortage);
  EXPECT_EQ(asked.error, EMFILE);
}

TEST_F(Overlap, BothSidesTogetherTakeAsLongAsTheLongerOne) {
  SimIo io{seed(1), SimIo::Order::first_come};
  run_both(io, 2s, 1ms, 10ns, 200'000'000);
  EXPECT_EQ(asked_.number, 42.5);
  EXPECT_TRUE(part_.done);
  EXPECT_EQ(part_.busy, 2s);
  EXPECT_THAT(whole_, AllOf(Ge(2s), Le(2060ms)));
}

TEST_F(Overlap, AnAnswerIsSeenAtTheEndOfTheSliceInWhichItCame) {
  SimIo io{seed(1), SimIo::Order::first_come};
  constexpr Duration slice = 100ms, thinks = 333ms;
  run_both(io, thinks, slice, 10ns, 100'000'000);
  const Instant came = said_ + 500us;  // Half a round trip.
  EXPECT_THAT(asked_.finished - came, AllOf(Ge(0s), Le(slice * 11 / 10)));
  EXPECT_THAT(asked_.unseen_for, AllOf(Ge(asked_.finished - came - 1ms), Le(slice * 11 / 10)));
}

TEST_F(Overlap, TheLastSliceMakesAnAnswerLateToo) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.set_slice(10s);
  io.host("192.0.2.1").latency(1ms);
  io.run([](SimIo& sim, Overlap* test) -> Task<void> {
    SimWork work(sim, 10ns, 100'000'000);
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(serve_once, std::ref(sim), std::string("42.5\n"), Duration(1us), &test->said_);
      co_await yield(sim);
      scope.start(ask_number, std::ref(sim), test->setting(), 0u, std::ref(test->asked_));
      while (test->said_ == Instant{}) co_await sleep_for(sim, 100us);
      scope.start(compute, std::ref(sim), test->setting(), 0u, std::ref(work), std::ref(test->part_));
    });
  }(io, this));
  EXPECT_EQ(part_.pauses, 0u);
  EXPECT_THAT(asked_.unseen_for, AllOf(Ge(1s), Le(1'010ms)));
}

TEST_F(Overlap, InAnyOrderAnAnswerIsSeenWithinTwoSlices) {
  for (std::uint64_t number = 1; number <= 50; ++number) {
    SimIo io{seed(number)};
    constexpr Duration slice = 10ms, thinks = 77ms;
    run_both(io, thinks, slice, 10ns, 20'000'000);
    const Instant came = said_ + 500us;
    EXPECT_LE(asked_.finished - came, 2 * slice * 11 / 10) << "seed " << number;
  }
}

TEST_F(Overlap, EveryPauseAndResumeIsTold) {
  std::vector<OverlapEvent> events;
  watch_ = [&](const OverlapEvent& event) { events.push_back(event); };
  SimIo io{seed(1), SimIo::Order::first_come};
  run_both(io, 55ms, 100ms, 1us, 1'000'000);
  using Kind = OverlapEvent::Kind;
  std::uint64_t paused = 0, resumed = 0, amount = 0;
  for (const OverlapEvent& event : events) {
    paused += event.kind == Kind::paused;
    resumed += event.kind == Kind::resumed;
    if (event.kind == Kind::paused) {
      EXPECT_GT(event.amount, amount);
      amount = event.amount;
      EXPECT_THAT(event.elapsed, AllOf(Ge(Duration(amount * 1'000)), Le(Duration(amount * 1'000) + 20ms)));
    }
  }
  EXPECT_THAT(paused, AllOf(Ge(9u), Le(10u)));
  EXPECT_EQ(paused, resumed);
  EXPECT_EQ(paused, part_.pauses);
  EXPECT_EQ(events.front().kind, Kind::asked);
  EXPECT_EQ(events.back().kind, Kind::computed);
  EXPECT_EQ(events.back().total, 1'000'000);
}

TEST_F(Overlap, ASliceEndsInTimeHoweverSlowTheWorkIs) {
  for (const Duration each : {Duration(1), Duration(100), Duration(10'000)}) {
    SimIo io{seed(1), SimIo::Order::first_come};
    run_both(io, 5ms, 1ms, each, static_cast<std::uint64_t>(Duration(200ms) / each));
    EXPECT_TRUE(part_.done);
    // The first piece is a guess; after it a slice is late by an eighth at most, or by the smallest piece.
    EXPECT_GE(part_.pauses, 200ms / std::max<Duration>(2ms, each * 16'384)) << each.count();
  }
}

TEST_F(Overlap, AStopEndsTheComputingWhereItIs) {
  SimIo io{seed(1)};
  io.set_slice(1ms);
  SimWork work(io, 1us, 1'000'000'000);
  io.run([](SimIo& sim, Overlap* test, Work* endless) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(compute, std::ref(sim), test->setting(), 0u, std::ref(*endless), std::ref(test->part_));
      co_await sleep_for(sim, 100ms);
      test->stop_ = 1;
    });
  }(io, this, &work));
  EXPECT_FALSE(part_.done);
  EXPECT_THAT(part_.finished - part_.started, AllOf(Ge(100ms), Le(150ms)));
  EXPECT_EQ(part_.amount, work.done());
}

TEST_F(Overlap, ACancelledScopeEndsBothSides) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").listens(8197);
  SimWork work(io, 1us, 1'000'000'000);
  io.run([](SimIo& sim, Overlap* test, Work* endless) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(ask_number, std::ref(sim), test->setting(), 0u, std::ref(test->asked_));
      scope.start(compute, std::ref(sim), test->setting(), 0u, std::ref(*endless), std::ref(test->part_));
      co_await sleep_for(sim, 100ms);
      scope.cancel();
    });
  }(io, this, &work));
  EXPECT_EQ(asked_.end, AskEnd::unfinished);
  EXPECT_FALSE(part_.done);
  EXPECT_GT(part_.amount, 0u);
}

}  // namespace
}  // namespace atonce
