#include "atonce/protocols/tls/message_digest.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace atonce {
namespace {

const EVP_MD* algorithm_of(DigestKind kind) {
  switch (kind) {
    case DigestKind::md5: return EVP_md5();
    case DigestKind::sha1: return EVP_sha1();
    case DigestKind::sha256: return EVP_sha256();
  }
  return EVP_sha256();
}

void require(int success) {
  if (success != 1) throw std::runtime_error("OpenSSL does not offer the hash that was asked for");
}

}  // namespace

struct MessageDigest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

MessageDigest::MessageDigest(DigestKind kind) : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex(state_->context, algorithm_of(kind), nullptr));
}
MessageDigest::~MessageDigest() = default;
MessageDigest::MessageDigest(MessageDigest&&) noexcept = default;
MessageDigest& MessageDigest::operator=(MessageDigest&&) noexcept = default;

void MessageDigest::add(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string MessageDigest::raw() const {
  const State ended;  // A copy ends in its place, so that more may be added.
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  require(EVP_MD_CTX_copy_ex(ended.context, state_->context));
  require(EVP_DigestFinal_ex(ended.context, bytes.data(), &size));
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string MessageDigest::hexadecimal() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : raw()) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace atonce
