#include "atonce/world/number_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <mutex>

#include "atonce/compute/random_sum.h"
#include "atonce/runtime/socket_address.h"
#include "atonce/world/web/listener.h"

namespace atonce {
namespace {

using testing::Each;
using testing::ElementsAre;

OwnedDescriptor connect_to(const Endpoint& server) {
  SocketAddress address;
  const socklen_t size = write_socket_address(server, address);
  OwnedDescriptor socket(::socket(socket_family(server), SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(socket.get(), &address.any, size), 0);
  return socket;
}

/// All that comes until the server closes.
std::string read_all(const OwnedDescriptor& connection) {
  std::string all;
  char piece[64];
  for (ssize_t got = 0; (got = ::recv(connection.get(), piece, sizeof piece, 0)) > 0;)
    all.append(piece, static_cast<std::size_t>(got));
  return all;
}

class Numbers : public testing::Test {
 protected:
  void start(NumberServerOptions options) {
    options.say = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      said_.emplace_back(line);
    };
    Parsed<OwnedDescriptor> listener = open_listener({*parse_address("127.0.0.1"), 0});
    ASSERT_TRUE(listener);
    place_ = endpoint_of(*listener);
    server_ = NumberServer::start(std::move(*listener), options);
  }
  std::string ask() { return read_all(connect_to(place_)); }

  std::mutex mutex_;
  std::vector<std::string> said_;
  Endpoint place_;
  std::unique_ptr<NumberServer> server_;
};

TEST_F(Numbers, EachConnectionGetsTheSumOfItsOwnStream) {
  start({.samples = 100'000, .threads = 1, .seed = 11, .say = {}});
  for (std::uint32_t i = 0; i < 3; ++i) {
    RandomSum sum(RandomKind::normal, stream_of(11, i));
    sum.advance(100'000);
    EXPECT_EQ(ask(), write_number_answer(sum.total()));
  }
  server_.reset();
  EXPECT_THAT(said_, ElementsAre("Processing new connection", "Done. Closing connection", "Processing new connection",
                                 "Done. Closing connection", "Processing new connection", "Done. Closing connection"));
}

TEST_F(Numbers, AnAnswerReadsBackAsTheSameNumber) {
  for (const double number : {0.0, -0.1, 1.0 / 3, 1e300, -2345.125, 2.3e-308})
    EXPECT_EQ(std::stod(write_number_answer(number)), number);
  EXPECT_EQ(write_number_answer(-2345.125), "-2345.125\n");
}

TEST_F(Numbers, ConnectionsBeyondTheThreadsWaitAndAreAllAnswered) {
  start({.samples = 1'000'000, .threads = 2, .seed = 1, .say = {}});
  std::vector<OwnedDescriptor> many;
  for (int i = 0; i < 20; ++i) many.push_back(connect_to(place_));
  std::vector<std::string> answers;
  for (const OwnedDescriptor& connection : many) answers.push_back(read_all(connection));
  EXPECT_THAT(answers, Each(testing::EndsWith("\n")));
  std::ranges::sort(answers);
  EXPECT_EQ(std::ranges::adjacent_find(answers), answers.end());  // Each from a stream of its own.
  // Never more than two between a beginning and its end.
  server_.reset();
  int at_once = 0;
  for (const std::string& line : said_) {
    at_once += line.starts_with("Processing") ? 1 : -1;
    EXPECT_LE(at_once, 2);
  }
}

TEST_F(Numbers, WhoSaysSomethingOrHasFinishedSendingStillGetsTheAnswer) {
  start({.samples = 1'000'000, .threads = 1, .seed = 1, .say = {}});
  const OwnedDescriptor talks = connect_to(place_);
  ASSERT_EQ(::send(talks.get(), "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL), 18);
  EXPECT_TRUE(read_all(talks).ends_with("\n"));
  const OwnedDescriptor ends = connect_to(place_);
  ::shutdown(ends.get(), SHUT_WR);
  EXPECT_TRUE(read_all(ends).ends_with("\n"));
}

TEST_F(Numbers, AClientThatHasGoneFreesItsThread) {
  start({.samples = 1'000'000'000'000, .threads = 1, .seed = 1, .say = {}});
  {
    const OwnedDescriptor impatient = connect_to(place_);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(impatient.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  const auto began = std::chrono::steady_clock::now();
  while (server_->counts().left == 0 && std::chrono::steady_clock::now() - began < std::chrono::seconds(30))
    (void)::poll(nullptr, 0, 1);
  EXPECT_EQ(server_->counts().left, 1u);
}

TEST_F(Numbers, EndsWhileItComputes) {
  start({.samples = 1'000'000'000'000, .threads = 2, .seed = 1, .say = {}});
  const OwnedDescriptor waiting = connect_to(place_);
  EXPECT_EQ(server_->stop().answered, 0u);
  server_.reset();
  EXPECT_EQ(read_all(waiting), "");
}

TEST_F(Numbers, WhoeverHasItsAnswerIsCounted) {
  start({.samples = 1'000, .threads = 2, .seed = 1, .say = {}});
  for (int i = 0; i < 50; ++i) EXPECT_NE(ask(), "");
  EXPECT_EQ(server_->stop().answered, 50u);
}

TEST(NumberServerProcess, AnswersUntilItsOwnerEnds) {
  const Endpoint anywhere{*parse_address("127.0.0.1"), 0};
  Endpoint place;
  {
    auto server = NumberServerProcess::start(anywhere, {.samples = 1'000, .threads = 1, .seed = 3, .say = {}});
    ASSERT_TRUE(server);
    place = server->endpoint();
    EXPECT_TRUE(read_all(connect_to(place)).ends_with("\n"));
  }
  OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  SocketAddress address;
  const socklen_t size = write_socket_address(place, address);
  EXPECT_NE(::connect(socket.get(), &address.any, size), 0);
}

}  // namespace
}  // namespace atonce
