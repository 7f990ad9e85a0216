// What a TLS 1.3 handshake costs a client, in microseconds of its processor; the server's half, in the same memory, is
// not counted. `plain` is OpenSSL as its manual has it: what `full` and `resumed` are held against.

#include <benchmark/benchmark.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/tls_session.h"

namespace atonce {
namespace {

constexpr const char* host = "www.example.com";

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Sums up what runs between `start` and `stop`.
class Watch {
 public:
  void start() { from_ = processor_s(); }
  void stop() { sum_ += processor_s() - from_; }
  double seconds() const { return sum_; }

 private:
  double from_ = 0;
  double sum_ = 0;
};

/// A root, an authority below it, and servers that it signed for, each with two names and a P-256 key.
struct World {
  Authority root = Authority::make().value();
  Authority between = root.below({.common_name = "authority between", .is_authority = true}).value();
  std::vector<TlsCredentials> shown;
  std::size_t next = 0;
  TlsContext server =
      TlsContext::server({.choose = [this](std::string_view) { return shown[next++ % shown.size()]; }}).value();

  explicit World(int chains) {
    for (int i = 0; i < chains; ++i)
      shown.push_back(between.issue({.common_name = host, .names = {host, "example.com"}}).value());
  }
};

std::string flight_of(TlsSession& session) {
  std::string flight(reinterpret_cast<const char*>(session.output().data()), session.output().size());
  session.output_sent(flight.size());
  return flight;
}

std::string answer(TlsSession& server, const std::string& flight) {
  server.feed(std::as_bytes(std::span(flight)));
  server.handshake();
  return flight_of(server);
}

void shake_ours(const World& world, const TlsContext& context, TlsSessionCache* sessions, Watch& watch, bool resumed) {
  TlsSession server = TlsSession::server(world.server);
  watch.start();
  auto client = std::make_unique<TlsSession>(TlsSession::client(context, host, 443, sessions));
  client->handshake();
  std::string flight = flight_of(*client);
  watch.stop();
  flight = answer(server, flight);
  watch.start();
  client->feed(std::as_bytes(std::span(flight)));
  client->handshake();
  flight = flight_of(*client);
  watch.stop();
  flight = answer(server, flight);
  watch.start();
  client->feed(std::as_bytes(std::span(flight)));
  std::byte part[1];
  client->read(part);
  const TlsFacts facts = client->facts();
  client.reset();
  watch.stop();
  if (!facts.verified || facts.resumed != resumed)
    throw std::runtime_error("not the handshake that was to be measured");
}

/// `chains`: how many certificates the server shows in turn; more than are measured, and none is known already.
void ours(benchmark::State& state, int chains, bool resumed) {
  const World world(chains);
  const TlsContext context =
      TlsContext::client({.ca_pem = world.root.certificate_pem(), .alpn = {"h2", "http/1.1"}}).value();
  TlsSessionCache sessions;
  Watch ignored;
  shake_ours(world, context, resumed ? &sessions : nullptr, ignored, false);
  for (auto _ : state) {
    Watch watch;
    shake_ours(world, context, resumed ? &sessions : nullptr, watch, resumed);
    state.SetIterationTime(watch.seconds());
  }
}

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

void shake_plain(const World& world, SSL_CTX* context, Watch& watch) {
  TlsSession server = TlsSession::server(world.server);
  watch.start();
  SSL* const client = SSL_new(context);
  BIO* const input = BIO_new(BIO_s_mem());
  BIO* const output = BIO_new(BIO_s_mem());
  const auto taken = [&] {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(output, &bytes);
    std::string flight(bytes, static_cast<std::size_t>(size));
    BIO_reset(output);
    return flight;
  };
  SSL_set_bio(client, input, output);
  SSL_set_tlsext_host_name(client, host);
  SSL_set1_host(client, host);
  SSL_connect(client);
  std::string flight = taken();
  watch.stop();
  flight = answer(server, flight);
  watch.start();
  BIO_write(input, flight.data(), static_cast<int>(flight.size()));
  const bool connected = SSL_connect(client) == 1;
  flight = taken();
  watch.stop();
  flight = answer(server, flight);
  watch.start();
  BIO_write(input, flight.data(), static_cast<int>(flight.size()));
  char part[1];
  SSL_read(client, part, sizeof(part));
  SSL_free(client);
  watch.stop();
  if (!connected) throw std::runtime_error("no handshake");
}

void plain(benchmark::State& state) {
  const World world(1);
  const ContextPtr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const std::string pem = world.root.certificate_pem();
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                           BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> root(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                                                         X509_free);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  Watch ignored;
  shake_plain(world, context.get(), ignored);
  for (auto _ : state) {
    Watch watch;
    shake_plain(world, context.get(), watch);
    state.SetIterationTime(watch.seconds());
  }
}

constexpr int measured = 400;

void full(benchmark::State& state) { ours(state, 1, false); }
void full_unknown_chain(benchmark::State& state) { ours(state, measured + 1, false); }
void resumed(benchmark::State& state) { ours(state, 1, true); }

BENCHMARK(plain)->UseManualTime()->Iterations(measured)->Unit(benchmark::kMicrosecond)->Name("handshake/plain");
BENCHMARK(full_unknown_chain)
    ->UseManualTime()
    ->Iterations(measured)
    ->Unit(benchmark::kMicrosecond)
    ->Name("handshake/full, chain unknown");
BENCHMARK(full)->UseManualTime()->Iterations(measured)->Unit(benchmark::kMicrosecond)->Name("handshake/full");
BENCHMARK(resumed)->UseManualTime()->Iterations(measured)->Unit(benchmark::kMicrosecond)->Name("handshake/resumed");

}  // namespace
}  // namespace atonce

BENCHMARK_MAIN();
