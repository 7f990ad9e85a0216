#include "atonce/runtime/scope.h"

#include <gmock/gmock.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "atonce/runtime/limiter.h"
#include "atonce/runtime/offload.h"
#include "atonce/runtime/queue.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

Task<void> sleep_and_note(Io& io, Duration duration, std::vector<int>* codes) {
  const Result<void> slept = co_await sleep_for(io, duration);
  codes->push_back(code_of(slept));
}

TEST(Scope, GivesWhatItsBodyReturns) {
  SimIo io{seed(1)};
  const std::string value = io.run([](Io& sim) -> Task<std::string> {
    co_return co_await with_scope(sim, [](Scope&) -> Task<std::string> { co_return "value"; });
  }(io));
  EXPECT_EQ(value, "value");
}

TEST(Scope, WaitsForItsChildrenAfterTheBodyHasReturned) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(sleep_and_note, std::ref(sim), 5s, into);
      scope.start(sleep_and_note, std::ref(sim), 2s, into);
      co_return;
    });
    EXPECT_EQ(into->size(), 2);
    EXPECT_EQ(sim.now(), start_of_time + 5s);
  }(io, &codes));
}

TEST(Scope, RunsItsChildrenAtOnce) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 1'000; ++i) scope.start(sleep_and_note, std::ref(sim), 1s, into);
      co_return;
    });
  }(io, &codes));
  EXPECT_EQ(codes.size(), 1'000);
  EXPECT_EQ(io.now(), start_of_time + 1s);
}

TEST(Scope, AChildStartsLaterAndNotInsideStart) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      bool started = false;
      scope.start(
          [](bool* flag) -> Task<void> {
            *flag = true;
            co_return;
          },
          &started);
      EXPECT_FALSE(started);
      EXPECT_EQ(scope.children(), 1);
      co_await yield(sim);
      co_await yield(sim);
      EXPECT_TRUE(started);
      EXPECT_EQ(scope.children(), 0);
    });
  }(io));
}

TEST(Scope, WaitsForChildrenThatItsChildrenStart) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, Scope& owner, std::vector<int>* noted) -> Task<void> {
            co_await sleep_for(inner, 1s);
            owner.start(sleep_and_note, std::ref(inner), 1s, noted);
          },
          std::ref(sim), std::ref(scope), into);
      co_return;
    });
    EXPECT_EQ(sim.now(), start_of_time + 2s);
  }(io, &codes));
  EXPECT_EQ(codes.size(), 1);
}

TEST(Scope, CapturesOfALambdaLiveAsLongAsItsChild) {
  SimIo io{seed(1)};
  auto shared = std::make_shared<std::string>("captured");
  const std::weak_ptr<std::string> watch = shared;
  std::string seen;
  io.run([](Io& sim, std::shared_ptr<std::string> value, std::string* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      {
        auto child = [&sim, into, held = std::move(value)]() -> Task<void> {
          co_await sleep_for(sim, 1s);
          *into = *held;
        };
        scope.start(std::move(child));
      }
      co_return;
    });
  }(io, std::move(shared), &seen));
  EXPECT_EQ(seen, "captured");
  EXPECT_TRUE(watch.expired());
}

TEST(Scope, ArgumentsAreCopiedIntoTheChild) {
  SimIo io{seed(1)};
  std::string seen;
  io.run([](Io& sim, std::string* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      std::string text(100, 'a');
      scope.start(
          [](Io& inner, const std::string& copy, std::string* noted) -> Task<void> {
            co_await sleep_for(inner, 1s);
            *noted = copy;
          },
          std::ref(sim), text, into);
      text.assign(100, 'b');
      co_return;
    });
  }(io, &seen));
  EXPECT_EQ(seen, std::string(100, 'a'));
}

TEST(Scope, WhatTheWorldDoesIsAValueAndDisturbsNoSibling) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").refuses();
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, std::vector<int>* noted) -> Task<void> {
            noted->push_back(code_of(co_await connect(inner, at("192.0.2.1", 80))));
          },
          std::ref(sim), into);
      scope.start(sleep_and_note, std::ref(sim), 1s, into);
      co_return;
    });
  }(io, &codes));
  EXPECT_THAT(codes, UnorderedElementsAre(ECONNREFUSED, 0));
}

Task<void> throw_after(Io& io, Duration duration, const char* what) {
  co_await sleep_for(io, duration);
  throw std::runtime_error(what);
}

TEST(Scope, AnExceptionOfAChildCancelsItsSiblingsAndIsRethrownAfterTheyEnded) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  std::string caught;
  io.run([](Io& sim, std::vector<int>* into, std::string* message) -> Task<void> {
    try {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(sleep_and_note, std::ref(sim), 1h, into);
        scope.start(throw_after, std::ref(sim), 1s, "first");
        into->push_back(code_of(co_await sleep_for(sim, 1h)));
      });
    } catch (const std::runtime_error& error) {
      *message = error.what();
      EXPECT_EQ(into->size(), 2);
    }
    EXPECT_TRUE(co_await sleep_for(sim, 1s));
  }(io, &codes, &caught));
  EXPECT_EQ(caught, "first");
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED, ECANCELED));
  EXPECT_EQ(io.now(), start_of_time + 2s);
}

TEST(Scope, AnExceptionOfTheBodyCancelsTheChildrenAndWaitsForThem) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  EXPECT_THROW(io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(sleep_and_note, std::ref(sim), 1h, into);
      co_await throw_after(sim, 1s, "body");
    });
  }(io, &codes)),
               std::runtime_error);
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED));
}

TEST(Scope, RethrowsTheFirstExceptionAndCountsTheOthers) {
  SimIo io{seed(1)};
  std::size_t suppressed = 0;
  std::string caught;
  io.run([](Io& sim, std::size_t* count, std::string* message) -> Task<void> {
    try {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(throw_after, std::ref(sim), 1s, "first");
        scope.start(throw_after, std::ref(sim), 2s, "second");
        scope.start(throw_after, std::ref(sim), 3s, "third");
        co_await sleep_for(sim, 1h);
        co_await shield(1h, sleep_for(sim, 1s));
        *count = scope.suppressed_exceptions();
      });
    } catch (const std::runtime_error& error) {
      *message = error.what();
    }
  }(io, &suppressed, &caught));
  EXPECT_EQ(caught, "first");
  EXPECT_EQ(suppressed, 2);
}

TEST(Scope, RunningOutOfMemoryInAChildIsRethrown) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  EXPECT_THROW(io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(sleep_and_note, std::ref(sim), 1h, into);
      scope.start([]() -> Task<void> {
        throw std::bad_alloc();
        co_return;
      });
      co_return;
    });
  }(io, &codes)),
               std::bad_alloc);
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED));
}

TEST(ScopeCancel, EndsWhatIsPendingAtOnceAndStillWaitsForIt) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").never_answers();
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(sleep_and_note, std::ref(sim), 1h, into);
      scope.start(
          [](Io& inner, std::vector<int>* noted) -> Task<void> {
            noted->push_back(code_of(co_await connect(inner, at("192.0.2.1", 80))));
          },
          std::ref(sim), into);
      co_await sleep_for(sim, 1s);
      scope.cancel();
      scope.cancel();
    });
    EXPECT_EQ(into->size(), 2);
  }(io, &codes));
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED, ECANCELED));
  EXPECT_EQ(io.now(), start_of_time + 1s);
}

TEST(ScopeCancel, IsALevelEveryLaterAwaitEndsAtOnce) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").open();
  io.run([](Io& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      Limiter limiter(sim, 5);
      Queue<int> queue(sim, 5);
      const Result<Socket> listener = listen(sim, at("192.0.2.2", 80));
      scope.cancel();
      for (int again = 0; again < 3; ++again) {
        EXPECT_EQ(code_of(co_await sleep_for(sim, 1s)), ECANCELED);
        EXPECT_EQ(code_of(co_await yield(sim)), ECANCELED);
        EXPECT_EQ(code_of(co_await yield_if_due(sim)), ECANCELED);
        EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 80))), ECANCELED);
        EXPECT_EQ(code_of(co_await accept(sim, *listener)), ECANCELED);
        EXPECT_EQ(code_of(co_await limiter.acquire()), ECANCELED);
        EXPECT_EQ(code_of(co_await queue.push(1)), ECANCELED);
        EXPECT_EQ(code_of(co_await queue.pop()), ECANCELED);
        EXPECT_EQ(code_of(co_await offload(sim, [] { return 1; })), ECANCELED);
        EXPECT_EQ(code_of(co_await within(1h, sleep_for(sim, 1s))), ECANCELED);
      }
      EXPECT_EQ(limiter.in_use(), 0);
    });
  }(io));
  EXPECT_EQ(io.now(), start_of_time);
}

TEST(ScopeCancel, ReachesTasksThatAreAwaitedAndScopesThatAreNested) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& outer) -> Task<void> {
      outer.start(
          [](Io& inner, std::vector<int>* noted) -> Task<void> {
            co_await with_scope(inner, [&](Scope& nested) -> Task<void> {
              nested.start(sleep_and_note, std::ref(inner), 1h, noted);
              co_await sleep_and_note(inner, 1h, noted);
              EXPECT_TRUE(nested.cancelled());
            });
            co_await sleep_and_note(inner, 1h, noted);
          },
          std::ref(sim), into);
      co_await sleep_for(sim, 1s);
      outer.cancel();
    });
  }(io, &codes));
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED, ECANCELED, ECANCELED));
  EXPECT_EQ(io.now(), start_of_time + 1s);
}

TEST(ScopeCancel, DoesNotReachTheScopesBesideAndAround) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& outer) -> Task<void> {
      outer.start(
          [](Io& inner, std::vector<int>* noted) -> Task<void> {
            co_await with_scope(inner, [&](Scope&) -> Task<void> { co_await sleep_and_note(inner, 2s, noted); });
          },
          std::ref(sim), into);
      co_await with_scope(sim, [&](Scope& beside) -> Task<void> {
        beside.cancel();
        co_return;
      });
      EXPECT_FALSE(outer.cancelled());
      co_await sleep_and_note(sim, 1s, into);
    });
  }(io, &codes));
  EXPECT_THAT(codes, UnorderedElementsAre(0, 0));
}

TEST(ScopeCancel, AScopeInsideACancelledOneIsCancelledFromItsStart) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& outer) -> Task<void> {
      outer.cancel();
      co_await with_scope(sim, [&](Scope& nested) -> Task<void> {
        EXPECT_TRUE(nested.cancelled());
        nested.start(sleep_and_note, std::ref(sim), 1h, into);
        co_return;
      });
    });
  }(io, &codes));
  EXPECT_THAT(codes, UnorderedElementsAre(ECANCELED));
}

TEST(ScopeCancel, WaitsForWorkThatCannotBeStopped) {
  bool ran_in_one_of_them = false;
  for (std::uint64_t number = 0; number < 20; ++number) {
    SimIo io{seed(number)};
    io.offload_takes(10s);
    bool ran = false;
    Result<int> result;
    io.run([](Io& sim, bool* flag, Result<int>* into) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(
            [](Io& inner, bool* done, Result<int>* noted) -> Task<void> {
              *noted = co_await offload(inner, [done] {
                *done = true;
                return 7;
              });
            },
            std::ref(sim), flag, into);
        co_await sleep_for(sim, 1s);
        scope.cancel();
      });
    }(io, &ran, &result));
    if (ran) {
      EXPECT_EQ(result, 7);
      EXPECT_EQ(io.now(), start_of_time + 10s);
    } else {
      EXPECT_EQ(code_of(result), ECANCELED);
      EXPECT_EQ(io.now(), start_of_time + 1s);
    }
    ran_in_one_of_them |= ran;
  }
  EXPECT_TRUE(ran_in_one_of_them);
}

TEST(ScopeCancel, WhatHappenedFirstIsDeliveredAndTheNextAwaitIsCancelled) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.host("192.0.2.1").open().latency(1s);
  std::vector<int> codes;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, std::vector<int>* noted) -> Task<void> {
            noted->push_back(code_of(co_await connect(inner, at("192.0.2.1", 80))));
            noted->push_back(code_of(co_await sleep_for(inner, 1s)));
          },
          std::ref(sim), into);
      // The answer is reaped before this timer of the same instant fires.
      co_await sleep_for(sim, 1s);
      scope.cancel();
    });
  }(io, &codes));
  EXPECT_THAT(codes, ::testing::ElementsAre(0, ECANCELED));
}

TEST(ScopeDeathTest, EndingAScopeBeforeItsChildrenAborts) {
  EXPECT_DEATH(
      {
        SimIo io{seed(1)};
        std::vector<int> codes;
        Scope scope(io, nullptr);
        scope.start(sleep_and_note, std::ref(io), 1s, &codes);
      },
      "");
}

}  // namespace
}  // namespace atonce
