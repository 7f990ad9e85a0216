#include "atonce/runtime/ring_io.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

int code_of(const auto& result) { return result ? 0 : result.error().code; }

class RingIoTest : public ::testing::Test {
 protected:
  void SetUp() override { make(64); }
  void make(std::uint32_t slots) {
    Parsed<std::unique_ptr<RingIo>> made = RingIo::make({.slots = slots});
    if (!made) GTEST_SKIP() << made.error().text;
    io_ = std::move(*made);
  }
  RingIo& io() { return *io_; }
  Socket listener() { return std::move(listen(io(), at("127.0.0.1", 0)).value()); }
  Endpoint where(const Socket& socket) { return io().local_endpoint(socket.handle()).value(); }

 private:
  std::unique_ptr<RingIo> io_;
};

TEST_F(RingIoTest, ConnectsAgainAtOnceInASlotThatIsStillBeingClosed) {
  make(1);
  const Socket listening = listener();
  io().run([](RingIo& ring, const Endpoint to) -> Task<void> {
    for (int i = 0; i < 200; ++i) EXPECT_EQ(code_of(co_await connect(ring, to)), 0) << "connection " << i;
  }(io(), where(listening)));
}

TEST_F(RingIoTest, CanCancelAConnectThatStillWaitsForItsSlot) {
  make(1);
  const Socket listening = listener();
  io().run([](RingIo& ring, const Endpoint to) -> Task<void> {
    for (int i = 0; i < 20; ++i) {
      Result<Socket> held = co_await connect(ring, to);
      EXPECT_EQ(code_of(held), 0);
      Result<Socket> waiting = std::unexpected(Error{});
      co_await with_scope(ring, [&](Scope& scope) -> Task<void> {
        scope.start([&] -> Task<void> {
          held = std::unexpected(Error{});
          waiting = co_await connect(ring, to);
        });
        scope.start([&scope] -> Task<void> {
          scope.cancel();
          co_return;
        });
        co_return;
      });
      EXPECT_EQ(code_of(waiting), ECANCELED);
    }
    EXPECT_EQ(code_of(co_await connect(ring, to)), 0);
  }(io(), where(listening)));
}

TEST_F(RingIoTest, StartsAndCancelsFarMoreThanItsQueueTakes) {
  constexpr std::uint32_t count = 5'000;
  make(count);
  const Socket listening = listener();
  std::uint32_t ended = 0;
  io().run([](RingIo& ring, const Socket& quiet, std::uint32_t& cancelled) -> Task<void> {
    co_await with_scope(ring, [&](Scope& scope) -> Task<void> {
      for (std::uint32_t i = 0; i < count; ++i)
        scope.start([&] -> Task<void> { cancelled += code_of(co_await accept(ring, quiet)) == ECANCELED; });
      co_await yield(ring);
      co_await yield(ring);
      scope.cancel();
    });
  }(io(), listening, ended));
  EXPECT_EQ(ended, count);
}

TEST_F(RingIoTest, EndingASendingSideNeverMeetsTheNextSocketOfTheSlot) {
  make(1);
  const Socket listening = listener();
  io().run([](RingIo& ring, const Socket& served, const Endpoint to) -> Task<void> {
    std::array<std::byte, 1> byte{};
    for (int i = 0; i < 100; ++i) {
      Result<Socket> first = co_await connect(ring, to);
      ring.finish_sending(first.value().handle());
      first->close();
      const Result<Socket> second = co_await connect(ring, to);
      EXPECT_TRUE(co_await accept(ring, served));
      const Result<Socket> accepted = co_await accept(ring, served);
      EXPECT_EQ(code_of(co_await send_all(ring, second.value(), byte)), 0);
      EXPECT_EQ(co_await receive(ring, accepted.value(), byte), Result<std::size_t>(1));
    }
  }(io(), listening, where(listening)));
}

TEST_F(RingIoTest, TakesFewerSlotsWhereTheLimitOfDescriptorsIsLower) {
  rlimit descriptors{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  make(1U << 31);
  EXPECT_GE(io().slots(), 1);
  EXPECT_LE(io().slots(), descriptors.rlim_cur);
  EXPECT_EQ(io().slots_used(), 0);
}

TEST_F(RingIoTest, DoesNotKnowTheLocalEndpointOfASlot) {
  const Socket listening = listener();
  const Result<Socket> socket = io().run(as_task(connect(io(), where(listening))));
  ASSERT_TRUE(socket);
  EXPECT_EQ(code_of(io().local_endpoint(socket->handle())), EOPNOTSUPP);
}

/// From now on io_uring_setup(2) fails with `code` in this process.
void forbid_rings(int code) {
  std::array filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(code)),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    ::_exit(3);
}

void tell_why_not(int code) {
  forbid_rings(code);
  const Parsed<std::unique_ptr<Io>> made = make_ring_io();
  ::fprintf(stderr, "%s\n", made ? "made" : made.error().text.c_str());
  ::_exit(made ? 1 : 0);
}

TEST(RingIoDeathTest, SaysInWordsThatAContainerForbidsIt) {
  EXPECT_EXIT(tell_why_not(EPERM), ::testing::ExitedWithCode(0), "io_uring is forbidden here");
}

TEST(RingIoDeathTest, SaysInWordsThatTheKernelHasNone) {
  EXPECT_EXIT(tell_why_not(ENOSYS), ::testing::ExitedWithCode(0), "this kernel has no io_uring");
}

}  // namespace
}  // namespace atonce
