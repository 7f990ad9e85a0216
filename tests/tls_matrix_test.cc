// Each chain of the certificate matrix, shown to the installed curl: it takes what we take and refuses what we refuse.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "atonce/protocols/tls/certificate_matrix.h"
#include "atonce/protocols/tls/tls_context.h"
#include "atonce/protocols/tls/tls_session.h"

namespace atonce {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;

constexpr int patience_ms = 30'000;  // of a loaded machine; a handshake takes a millisecond
constexpr const char* curl = "/usr/bin/curl";

/// curl's words for a host that it does not trust: CURLE_PEER_FAILED_VERIFICATION, and CURLE_SSL_CONNECT_ERROR for what
/// it cannot even read, a signature too.
constexpr int curl_connect_error = 35;
constexpr int curl_not_verified = 60;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd < 0) throw std::runtime_error("no socket");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(fd_); }
  int get() const { return fd_; }

  bool readable() const {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, patience_ms) == 1;
  }

 private:
  int fd_;
};

/// A listening socket on a free port of 127.0.0.1.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_.get(), any, size) != 0 || listen(socket_.get(), 8) != 0 ||
        getsockname(socket_.get(), any, &size) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
  }
  int port() const { return port_; }
  int accept_one() const { return socket_.readable() ? accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1; }

 private:
  Descriptor socket_;
  int port_ = 0;
};

bool send_output(TlsSession& session, const Descriptor& socket) {
  while (!session.output().empty()) {
    const ssize_t sent = send(socket.get(), session.output().data(), session.output().size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    session.output_sent(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_input(TlsSession& session, const Descriptor& socket) {
  const std::span<std::byte> space = session.input_space();
  const ssize_t came = socket.readable() ? recv(socket.get(), space.data(), space.size(), 0) : -1;
  if (came <= 0) return false;
  session.input_came(static_cast<std::size_t>(came));
  return true;
}

/// One HTTP answer to whoever comes next, if the handshake lets it come to that.
void serve_one(const Listener& listener, const TlsContext& context) {
  const Descriptor socket(listener.accept_one());
  TlsSession session = TlsSession::server(context);
  std::string request;
  while (!request.contains("\r\n\r\n")) {
    if (session.handshake() == TlsStep::failed) return void(send_output(session, socket));
    std::array<std::byte, 4'096> part{};
    const TlsRead read = session.established() ? session.read(part) : TlsRead{};
    request.append(reinterpret_cast<const char*>(part.data()), read.bytes);
    if (!send_output(session, socket)) return;
    if (read.kind == TlsRead::Kind::needs_input && !receive_input(session, socket)) return;
    if (read.kind == TlsRead::Kind::ended || read.kind == TlsRead::Kind::failed) return;
  }
  constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  session.write(std::as_bytes(std::span(answer)));
  session.close_notify();
  send_output(session, socket);
}

pid_t start_curl(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, curl, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start curl");
  return pid;
}

int exit_code_of(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int curl_asks(const CertificateCase& one, const fs::path& ca_file) {
  std::ofstream(ca_file) << one.trusted_pem;
  const TlsContext context = TlsContext::server({.credentials = one.credentials, .alpn = {}}).value();
  const Listener listener;
  const std::string host = one.host.contains(':') ? fmt::format("[{}]", one.host) : one.host;
  const pid_t pid =
      start_curl({"curl", "-q", "-s", "--noproxy", "*", "--max-time", "30", "--cacert", ca_file, "--capath",
                  ca_file.parent_path() / "none", "--connect-to",
                  fmt::format("{}:443:127.0.0.1:{}", host, listener.port()), fmt::format("https://{}/", host)});
  serve_one(listener, context);
  return exit_code_of(pid);
}

TEST(TlsMatrix, CurlTakesAndRefusesTheSameChains) {
  if (access(curl, X_OK) != 0) GTEST_SKIP() << "there is no " << curl;
  const fs::path folder = fs::temp_directory_path() / fmt::format("atonce-tls-matrix-{}", getpid());
  fs::create_directory(folder);
  const Parsed<std::vector<CertificateCase>> cases = make_certificate_matrix();
  ASSERT_TRUE(cases) << cases.error().text;
  for (const CertificateCase& one : *cases) {
    SCOPED_TRACE(one.name + ": " + one.meaning);
    const int code = curl_asks(one, folder / "ca.pem");
    if (one.expected == TlsFault::none)
      EXPECT_EQ(code, 0);
    else
      EXPECT_THAT(code, AnyOf(curl_connect_error, curl_not_verified));
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace atonce
