#include "atonce/jobs/connect_once.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

Attempt connect_in_simulation(SimIo& io, const Endpoint& to, Duration timeout = 3'500ms) {
  const Attempt attempt = io.run(connect_once(io, to, timeout));
  EXPECT_EQ(io.open_handles(), 0u) << "a socket was left open";
  return attempt;
}

TEST(ConnectOnce, ClosesTheConnectionItOpened) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open(443).latency(12ms);
  const Attempt attempt = connect_in_simulation(io, at("192.0.2.1", 443));
  EXPECT_EQ(attempt.verdict, Verdict::open);
  EXPECT_EQ(attempt.error, 0);
  EXPECT_EQ(attempt.took, 12ms);
  EXPECT_EQ(attempt.address, parse_address("192.0.2.1"));
}

TEST(ConnectOnce, WaitsForSilenceNoLongerThanItsTimeout) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").never_answers();
  const Attempt attempt = connect_in_simulation(io, at("192.0.2.1", 443), 250ms);
  EXPECT_EQ(attempt.verdict, Verdict::timeout);
  EXPECT_EQ(attempt.error, ETIMEDOUT);
  EXPECT_EQ(attempt.took, 250ms);
}

TEST(ConnectOnce, IsATimeoutTooWhenTheKernelGivesUpFirst) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").never_answers();
  EXPECT_EQ(connect_in_simulation(io, at("192.0.2.1", 443), 1h).verdict, Verdict::timeout);
}

TEST(ConnectOnce, WithoutALocalIpv6AddressThereIsNoRoute) {
  SimIo io{seed(7)};
  io.fail_next(OperationKind::connect, EADDRNOTAVAIL, 2);
  EXPECT_EQ(connect_in_simulation(io, at("2001:db8::1", 443)).verdict, Verdict::local_no_route);
  EXPECT_EQ(connect_in_simulation(io, at("192.0.2.1", 443)).verdict, Verdict::local_shortage)
      << "for IPv4 it means that no port is left";
}

struct Translation {
  int error;
  bool local;
  Verdict verdict;
};

class VerdictOfConnect : public ::testing::TestWithParam<Translation> {};

TEST_P(VerdictOfConnect, SaysWhoseTheFailureIs) {
  const Translation& row = GetParam();
  EXPECT_EQ(verdict_of_connect({row.error, row.local}), row.verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, VerdictOfConnect,
    ::testing::Values(
        Translation{ECONNREFUSED, false, Verdict::closed}, Translation{ECONNRESET, false, Verdict::closed},
        Translation{ETIMEDOUT, false, Verdict::timeout}, Translation{EHOSTUNREACH, false, Verdict::unreachable},
        Translation{ENETUNREACH, false, Verdict::unreachable}, Translation{ENETUNREACH, true, Verdict::local_no_route},
        Translation{EAFNOSUPPORT, true, Verdict::local_no_route}, Translation{EPERM, true, Verdict::local_denied},
        Translation{EACCES, false, Verdict::unreachable}, Translation{EMFILE, true, Verdict::local_shortage},
        Translation{ENFILE, true, Verdict::local_shortage}, Translation{ENOBUFS, true, Verdict::local_shortage},
        Translation{ENOMEM, true, Verdict::local_shortage}, Translation{EADDRNOTAVAIL, true, Verdict::local_shortage},
        Translation{EAGAIN, true, Verdict::local_shortage}, Translation{ECANCELED, false, Verdict::unfinished},
        Translation{EIO, false, Verdict::local_error}),
    [](const auto& row) {
      return std::string(strerrorname_np(row.param.error)) + (row.param.local ? "_from_here" : "_from_outside");
    });

}  // namespace
}  // namespace atonce
