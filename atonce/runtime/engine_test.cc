#include "atonce/runtime/engine.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

constexpr int no_namespace = 77;
constexpr int no_engine = 78;

/// In a network without any route: the error's code, above 0 when the engine calls it this machine's own.
void connect_without_a_route(std::unique_ptr<Io> (*make)()) {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(no_namespace);
  const std::unique_ptr<Io> io = make();
  if (io == nullptr) ::_exit(no_engine);
  const Result<Socket> socket = io->run(as_task(connect(*io, at("192.0.2.1", 80))));
  ::_exit(!socket && socket.error() == Error{ENETUNREACH, true} ? 0 : 1);
}

bool says_it_is_our_own(int status) {
  return WIFEXITED(status) &&
         (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == no_namespace || WEXITSTATUS(status) == no_engine);
}

TEST(EngineDeathTest, EpollCallsAMissingRouteOurOwn) {
  EXPECT_EXIT(connect_without_a_route(make_epoll_io), says_it_is_our_own, "");
}

TEST(EngineDeathTest, BlockingCallsAMissingRouteOurOwn) {
  EXPECT_EXIT(connect_without_a_route(make_blocking_io), says_it_is_our_own, "");
}

TEST(EngineDeathTest, RingCallsAMissingRouteOurOwn) {
  EXPECT_EXIT(connect_without_a_route([] {
                Parsed<std::unique_ptr<Io>> made = make_ring_io();
                return made ? std::move(*made) : nullptr;
              }),
              says_it_is_our_own, "");
}

}  // namespace
}  // namespace atonce
