// What the other end of a TLS connection may send, and what a certificate may be: a fault with a reason, and no more.
//
// The first byte says what the rest is: "c", to a client; "s", to a server; "d", a certificate in DER; "p", PEM.

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/certificate_facts.h"
#include "atonce/protocols/tls/peer_verifier.h"
#include "atonce/protocols/tls/tls_session.h"
#include "atonce/protocols/tls/trust_store.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Made once: what a handshake needs is not what is looked for here.
struct World {
  Authority authority = Authority::make().value();
  TlsContext client = TlsContext::client({.ca_pem = authority.certificate_pem(), .alpn = {"h2"}}).value();
  TlsContext server = TlsContext::server({.credentials = authority.issue_for("a.example").value()}).value();
  StorePtr trusted = load_trust_store({}, authority.certificate_pem()).value();
  PeerVerifier verifier{1'700'000'000};
};

void check_facts(const TlsFacts& facts) {
  require(facts.names.size() <= TlsFacts::names_max && facts.names.size() <= facts.names_total);
  require(!facts.verified || facts.verify_code == 0);
}

void talk(TlsSession session, std::string_view bytes) {
  session.handshake();
  session.feed(std::as_bytes(std::span(bytes)));
  session.handshake();
  session.input_ended();
  const TlsStep step = session.handshake();
  require(step == TlsStep::failed);  // Nobody guesses the keys of a handshake.
  require(session.fault() != TlsFault::none && !session.detail().empty());
  check_facts(session.facts());
  std::byte part[64];
  require(session.read(part).kind == TlsRead::Kind::failed);
  require(!session.write(part));
}

using ChainPtr = std::unique_ptr<X509_STORE_CTX, ReleasedBy<&X509_STORE_CTX_free>>;

void judge(World& world, std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_clear_error();
  if (!certificate) return;
  const ChainPtr chain(X509_STORE_CTX_new());
  require(X509_STORE_CTX_init(chain.get(), world.trusted.get(), certificate.get(), nullptr) == 1);
  const PeerJudgement judgement = world.verifier.judge(chain.get(), "a.example");
  require((judgement.verify_code == X509_V_OK) == judgement.detail.empty());
  require(judgement.facts != nullptr && judgement.facts->names.size() <= judgement.facts->names_total);
  is_for_host(certificate.get(), "127.0.0.1");
}

void read_text(std::string_view text) {
  const auto credentials = TlsCredentials::from_pem(text, text);
  require(credentials || !credentials.error().text.empty());
  if (credentials) require(TlsCredentials::from_pem(credentials->chain_pem(), credentials->key_pem()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'c': talk(TlsSession::client(world.client, "a.example", 443), rest); break;
    case 's': talk(TlsSession::server(world.server), rest); break;
    case 'd': judge(world, rest); break;
    case 'p': read_text(rest); break;
    default: break;
  }
  return 0;
}
