#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace atonce {

/// XXH3-64 of `bytes`: finds damage and chance, not forgery. Source: xxhash.com, "XXH3 64-bit".
std::uint64_t digest_of(std::string_view bytes, std::uint64_t seed = 0);

/// The same, of bytes that come in pieces.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void add(std::string_view bytes);
  std::uint64_t value() const;  ///< of all that was added since `reset`
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3-128 of bytes that come in pieces: wide enough to know a list again among all that there are.
class WideDigest {
 public:
  WideDigest();
  ~WideDigest();

  void add(std::string_view bytes);
  std::string hexadecimal() const;  ///< 32 digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce
