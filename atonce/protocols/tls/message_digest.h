#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace atonce {

enum class DigestKind : std::uint8_t { md5, sha1, sha256 };

/// A hash of bytes that come in pieces, for people to compare; SHA-256 is the one to trust. Source: FIPS 180-4, RFC
/// 1321.
class MessageDigest {
 public:
  explicit MessageDigest(DigestKind kind = DigestKind::sha256);
  ~MessageDigest();
  MessageDigest(MessageDigest&&) noexcept;
  MessageDigest& operator=(MessageDigest&&) noexcept;

  void add(std::span<const std::byte> bytes);
  std::string raw() const;          ///< of all that was added: 16, 20 or 32 bytes
  std::string hexadecimal() const;  ///< the same in lower-case digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce
