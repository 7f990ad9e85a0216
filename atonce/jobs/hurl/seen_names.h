#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace atonce::hurl {

/// Which names there have been: 16 bytes of SHA-256 for each, in a table that is at most three quarters full. Nobody
/// can make two names that are taken for one.
class SeenNames {
 public:
  /// False when it was there already.
  bool add(std::string_view name);
  std::size_t size() const { return count_; }

 private:
  using Digest = std::array<std::uint64_t, 2>;  ///< never both zero: that is a free place
  std::size_t place_of(const Digest& digest) const;
  void grow();

  std::vector<Digest> places_;  ///< a power of two
  std::size_t count_ = 0;
};

}  // namespace atonce::hurl
