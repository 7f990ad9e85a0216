#include "atonce/protocols/tls/tls_context.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

/// A folder that goes with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("atonce-tls-{}", getpid());

  Folder() { fs::create_directory(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return path / name;
  }
};

/// The value of an environment variable, as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

bool trusts(const Parsed<TlsContext>& context, Authority& authority) {
  if (!context) return false;
  const TlsContext server_context =
      TlsContext::server({.credentials = authority.issue_for("a.example").value()}).value();
  TlsSession client = TlsSession::client(*context, "a.example", 443);
  TlsSession server = TlsSession::server(server_context);
  shake_hands(client, server);
  return client.established();
}

TEST(TlsContext, AuthoritiesComeFromAFileFromTheEnvironmentOrFromTheSystem) {
  const Folder folder;
  Authority authority = Authority::make().value();
  const std::string file = folder.file("ca.pem", authority.certificate_pem());
  folder.file("notes.txt", "nothing of this is a certificate");
  EXPECT_TRUE(trusts(TlsContext::client({.ca_file = file}), authority));
  {
    const Environment variable("SSL_CERT_FILE", file);
    EXPECT_TRUE(trusts(TlsContext::client({}), authority));
  }
  {
    const Environment variable("SSL_CERT_DIR", folder.path);
    EXPECT_TRUE(trusts(TlsContext::client({}), authority));
  }
  if (fs::exists("/etc/ssl/certs/ca-certificates.crt")) {
    const Parsed<TlsContext> of_system = TlsContext::client({});
    ASSERT_TRUE(of_system) << of_system.error().text;
    EXPECT_FALSE(trusts(of_system, authority));
  }
}

TEST(TlsContext, AFileThatIsNotWhatItShouldBeIsComplainedAboutByName) {
  const Folder folder;
  const std::string empty = folder.file("empty.pem", "");
  const Authority authority = Authority::make().value();
  const std::string whole = authority.certificate_pem();
  const std::string broken = folder.file("broken.pem", whole + whole.substr(0, 200) + "\n-----END CERTIFICATE-----\n");
  const auto complaint = [](const TlsClientOptions& options) {
    const Parsed<TlsContext> context = TlsContext::client(options);
    return context ? "" : context.error().text;
  };
  EXPECT_THAT(complaint({.ca_file = "/no/such/file"}),
              "cannot open the authority file /no/such/file: No such file or directory");
  EXPECT_THAT(complaint({.ca_file = empty}), HasSubstr("empty.pem holds no certificate"));
  EXPECT_THAT(complaint({.ca_file = broken}), HasSubstr("or a broken one"));
  EXPECT_THAT(complaint({.ca_pem = whole, .key_file = empty}), HasSubstr("--cert"));
  EXPECT_THAT(complaint({.ca_pem = whole, .certificate_file = empty}), HasSubstr("holds no certificate"));
  const std::string cert = folder.file("cert.pem", whole);
  EXPECT_THAT(complaint({.ca_pem = whole, .certificate_file = cert}), HasSubstr("holds no private key"));
  const std::string other_key = folder.file("key.pem", Authority::make().value().key_pem());
  EXPECT_THAT(complaint({.ca_pem = whole, .certificate_file = cert, .key_file = other_key}),
              HasSubstr("is not that of the first certificate"));
  EXPECT_THAT(complaint({.ca_pem = whole, .alpn = {std::string(256, 'a')}}), StartsWith("an ALPN name has"));
}

TEST(TlsContext, AServerMayAskForTheCertificateOfAClient) {
  const Folder folder;
  Authority authority = Authority::make().value();
  const Authority of_clients = Authority::make({.common_name = "of clients"}).value();
  const TlsContext server_context = TlsContext::server({.credentials = authority.issue_for("a.example").value(),
                                                        .client_ca_pem = of_clients.certificate_pem()})
                                        .value();
  const auto connect = [&](const std::string& certificate_file) {
    const TlsContext context =
        TlsContext::client({.ca_pem = authority.certificate_pem(), .certificate_file = certificate_file}).value();
    TlsSession client = TlsSession::client(context, "a.example", 443);
    TlsSession server = TlsSession::server(server_context);
    shake_hands(client, server);
    if (server.established()) return server.facts().subject;
    read_all(client);
    return client.detail();
  };
  for (const KeyKind kind : {KeyKind::p256, KeyKind::rsa2048, KeyKind::ed25519}) {
    const TlsCredentials ours =
        of_clients.issue({.common_name = "me", .key = kind, .use = CertificateUse::client}).value();
    EXPECT_EQ(connect(folder.file("me.pem", ours.chain_pem() + ours.key_pem())), "CN=me");
  }
  EXPECT_EQ(connect(""), "the host ended the TLS connection: certificate required (TLS alert 116)");
}

TEST(TlsContext, AServerWithoutACertificateIsNone) { EXPECT_FALSE(TlsContext::server({})); }

TEST(TlsContext, ANameThatNobodyHasACertificateForIsRefused) {
  const Authority authority = Authority::make().value();
  const TlsContext server_context =
      TlsContext::server({.choose = [](std::string_view) { return std::nullopt; }}).value();
  const TlsContext client_context = TlsContext::client({.ca_pem = authority.certificate_pem()}).value();
  TlsSession client = TlsSession::client(client_context, "a.example", 443);
  TlsSession server = TlsSession::server(server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.fault(), TlsFault::failed);
  EXPECT_FALSE(server.established());
}

}  // namespace
}  // namespace atonce
