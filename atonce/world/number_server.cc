#include "atonce/world/number_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "atonce/compute/random_sum.h"
#include "atonce/world/web/listener.h"

namespace atonce {
namespace {

// Some milliseconds: as soon as that it is noticed that a client has gone, or that the server is to end.
constexpr std::uint64_t samples_between_looks = 1'000'000;
// Where there is no descriptor for a connection, it waits in the queue for so long before it is tried again.
constexpr int shortage_ms = 100;
// Of what a client says, which is none of ours.
constexpr int pieces_read_max = 16;

/// The client has reset the connection. One that has only finished sending still wants its answer.
bool has_gone(const OwnedDescriptor& connection) {
  pollfd polled{.fd = connection.get(), .events = 0, .revents = 0};
  return ::poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)) != 0;
}

/// And ends the sending. What the client has said is read, since it would see a reset instead of the answer's end.
/// Source: RFC 9293 3.10.4, RFC 2525 2.17.
bool send_answer(const OwnedDescriptor& connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::shutdown(connection.get(), SHUT_WR);
  std::array<char, 4'096> said;
  for (int piece = 0; piece < pieces_read_max; ++piece)
    if (::recv(connection.get(), said.data(), said.size(), MSG_DONTWAIT) <= 0) break;
  return true;
}

}  // namespace

std::string write_number_answer(double sum) { return fmt::format("{}\n", sum); }

NumberServer::NumberServer(OwnedDescriptor listener, const NumberServerOptions& options)
    : listener_(std::move(listener)),
      ending_(::eventfd(0, EFD_CLOEXEC)),
      options_(options),
      next_stream_(options.seed) {
  if (!ending_) throw std::system_error(errno, std::generic_category(), "no descriptor for the number server");
}

std::unique_ptr<NumberServer> NumberServer::start(OwnedDescriptor listener, const NumberServerOptions& options) {
  std::unique_ptr<NumberServer> server(new NumberServer(std::move(listener), options));
  try {
    for (unsigned i = 0; i < std::max(1u, options.threads); ++i)
      server->threads_.emplace_back([&on = *server] { on.work(); });
  } catch (const std::system_error&) {
    if (server->threads_.empty()) throw;  // Else those that run are enough.
  }
  return server;
}

NumberServer::~NumberServer() { stop(); }

NumberCounts NumberServer::stop() {
  stopping_ = true;
  (void)::eventfd_write(ending_.get(), 1);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return counts();
}

void NumberServer::say(std::string_view line) const {
  if (options_.say) options_.say(line);
}

Xoshiro256 NumberServer::take_stream() {
  const std::lock_guard lock(mutex_);
  const Xoshiro256 taken = next_stream_;
  next_stream_.long_jump();
  return taken;
}

void NumberServer::work() {
  std::array<pollfd, 2> polled{pollfd{listener_.get(), POLLIN, 0}, pollfd{ending_.get(), POLLIN, 0}};
  while (!stopping_) {
    if (::poll(polled.data(), polled.size(), -1) <= 0 || stopping_) continue;
    // Another thread may have been quicker.
    const OwnedDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection) {
      serve(connection);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      (void)::poll(&polled[1], 1, shortage_ms);
    }
  }
}

void NumberServer::serve(const OwnedDescriptor& connection) {
  say("Processing new connection");
  RandomSum sum(RandomKind::normal, take_stream());
  bool gone = false;
  while (sum.samples() < options_.samples && !gone && !stopping_) {
    sum.advance(std::min(samples_between_looks, options_.samples - sum.samples()));
    gone = has_gone(connection);
  }
  const bool whole = !gone && sum.samples() == options_.samples;
  const bool answered = whole && send_answer(connection, write_number_answer(sum.total()));
  ++(answered ? answered_ : left_);
  say(answered        ? "Done. Closing connection"
      : whole || gone ? "The client has gone. Closing connection"
                      : "Stopped. Closing connection");
}

Parsed<NumberServerProcess> NumberServerProcess::start(const Endpoint& at, const NumberServerOptions& options) {
  Parsed<OwnedDescriptor> listener = open_listener(at);
  if (!listener) return std::unexpected(listener.error());
  NumberServerProcess server;
  server.endpoint_ = endpoint_of(*listener);
  const pid_t parent = ::getpid();
  server.child_ = ::fork();
  if (server.child_ < 0) return complain_of(errno, "there is no process for the number server of --world");
  if (server.child_ > 0) return server;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);  // It ends with its parent.
  try {
    const auto serving = NumberServer::start(std::move(*listener), options);
    for (;;) ::pause();
  } catch (const std::exception&) {
    ::_exit(1);
  }
}

NumberServerProcess::NumberServerProcess(NumberServerProcess&& other) noexcept
    : endpoint_(other.endpoint_), child_(std::exchange(other.child_, -1)) {}

NumberServerProcess& NumberServerProcess::operator=(NumberServerProcess&& other) noexcept {
  std::swap(endpoint_, other.endpoint_);
  std::swap(child_, other.child_);
  return *this;
}

NumberServerProcess::~NumberServerProcess() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace atonce
