#include "atonce/protocols/tls/lean_library.h"

#include <openssl/core_dispatch.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace atonce {
namespace {

using Algorithms = std::vector<OSSL_ALGORITHM>;
using Names = std::span<const std::string_view>;

// By the first of the names that OpenSSL has for each: providers/implementations/include/prov/names.h.

/// Public keys of certificates: RFC 8446 4.2.3; DSA as long as OpenSSL takes it.
constexpr std::string_view certificate_keys[]{"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "DSA"};
/// The same, key exchange, and what OpenSSL keeps as keys beside them.
constexpr std::string_view key_types[]{"RSA", "RSA-PSS", "EC",   "ED25519", "ED448", "DSA",
                                       "DH",  "X25519",  "X448", "HMAC",    "HKDF",  "TLS1-PRF"};
/// Of TLS 1.2 and 1.3, and CTR and ECB for the generator of random numbers.
constexpr std::string_view ciphers[]{"AES-128-GCM",
                                     "AES-256-GCM",
                                     "ChaCha20-Poly1305",
                                     "AES-128-CCM",
                                     "AES-256-CCM",
                                     "AES-128-CBC",
                                     "AES-256-CBC",
                                     "AES-128-CBC-HMAC-SHA1",
                                     "AES-256-CBC-HMAC-SHA1",
                                     "AES-128-CBC-HMAC-SHA256",
                                     "AES-256-CBC-HMAC-SHA256",
                                     "AES-256-CTR",
                                     "AES-256-ECB",
                                     "NULL"};
constexpr std::string_view digests[]{"SHA2-256", "SHA2-384", "SHA2-512", "SHA2-224", "SHA1",     "MD5",
                                     "MD5-SHA1", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "SHAKE-256"};
constexpr std::string_view macs[]{"HMAC"};
constexpr std::string_view derivations[]{"HKDF", "TLS13-KDF", "TLS1-PRF"};
constexpr std::string_view generators[]{"CTR-DRBG", "SEED-SRC"};

struct Choice {
  int operation;
  Names names;
};

/// What is not here is as it is in the default provider.
constexpr Choice choices[]{
    {OSSL_OP_DECODER, certificate_keys}, {OSSL_OP_KEYMGMT, key_types}, {OSSL_OP_CIPHER, ciphers},
    {OSSL_OP_DIGEST, digests},           {OSSL_OP_MAC, macs},          {OSSL_OP_KDF, derivations},
    {OSSL_OP_RAND, generators},          {OSSL_OP_ENCODER, {}},        {OSSL_OP_STORE, {}},
};

/// "RSA:rsaEncryption:1.2.840.113549.1.1.1" begins with the name that counts.
bool is_one_of(const OSSL_ALGORITHM& algorithm, Names names) {
  const std::string_view all = algorithm.algorithm_names;
  return std::ranges::find(names, all.substr(0, all.find(':'))) != names.end();
}

bool reads_public_key(const OSSL_ALGORITHM& algorithm) {
  const std::string_view properties = algorithm.property_definition;
  return properties.contains("input=der") && properties.contains("structure=SubjectPublicKeyInfo");
}

/// OpenSSL's default provider in a context that nobody else uses, and what is chosen of it. Its tables are constants of
/// OpenSSL's; they and this stay until the process ends, for OpenSSL itself may look at them until then.
class DefaultProvider {
 public:
  static const DefaultProvider& get() {
    static const DefaultProvider* const only = new DefaultProvider;
    return *only;
  }

  OSSL_PROVIDER* provider() const { return provider_; }
  const OSSL_ALGORITHM* chosen(int operation, int* no_store) const {
    const auto* const choice = std::ranges::find(choices, operation, &Choice::operation);
    if (choice == std::end(choices)) return all(operation, no_store);
    *no_store = 0;
    return chosen_[static_cast<std::size_t>(choice - std::begin(choices))].data();
  }

 private:
  DefaultProvider() {
    OSSL_LIB_CTX* const context = OSSL_LIB_CTX_new();
    provider_ = context != nullptr ? OSSL_PROVIDER_load(context, "default") : nullptr;
    if (provider_ == nullptr) return;
    for (std::size_t i = 0; i < std::size(choices); ++i) chosen_[i] = choose(choices[i]);
  }

  const OSSL_ALGORITHM* all(int operation, int* no_store) const {
    return OSSL_PROVIDER_query_operation(provider_, operation, no_store);
  }
  Algorithms choose(const Choice& choice) const {
    Algorithms some;
    int no_store = 0;
    const OSSL_ALGORITHM* one = choice.names.empty() ? nullptr : all(choice.operation, &no_store);
    for (; one != nullptr && one->algorithm_names != nullptr; ++one)
      if (is_one_of(*one, choice.names) && (choice.operation != OSSL_OP_DECODER || reads_public_key(*one)))
        some.push_back(*one);
    some.push_back({});
    return some;
  }

  OSSL_PROVIDER* provider_ = nullptr;
  std::array<Algorithms, std::size(choices)> chosen_;
};

const OSSL_ALGORITHM* query_operation(void*, int operation, int* no_store) {
  return DefaultProvider::get().chosen(operation, no_store);
}

/// Which groups TLS may use.
int get_capabilities(void*, const char* capability, OSSL_CALLBACK* each, void* argument) {
  return OSSL_PROVIDER_get_capabilities(DefaultProvider::get().provider(), capability, each, argument);
}

template <class Function>
OSSL_DISPATCH entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

int start_provider(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context) {
  static const std::array dispatch{entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query_operation),
                                   entry(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, get_capabilities), OSSL_DISPATCH{}};
  *functions = dispatch.data();
  *context = OSSL_PROVIDER_get0_provider_ctx(DefaultProvider::get().provider());
  return 1;
}

}  // namespace

LeanLibrary::LeanLibrary() {
  constexpr const char* name = "atonce";
  const bool as_usual = OSSL_PROVIDER_available(nullptr, "default") == 1;
  if (as_usual && DefaultProvider::get().provider() != nullptr) {
    context_.reset(OSSL_LIB_CTX_new());
    if (context_ && OSSL_PROVIDER_add_builtin(context_.get(), name, start_provider) == 1)
      provider_.reset(OSSL_PROVIDER_load(context_.get(), name));
    if (!provider_) context_.reset();
  }
  ERR_clear_error();
}

}  // namespace atonce
