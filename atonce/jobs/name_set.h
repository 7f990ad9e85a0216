#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atonce {

/// A great many names in little memory: their bytes in a row, and a table of where each begins.
class NameSet {
 public:
  /// `name` is as from `normalize_name`.
  void add(std::string_view name);
  bool contains(std::string_view name) const;
  /// Whether it holds `name` or any name that it lies under: "a.b.example" lies under "b.example" and "example".
  bool covers(std::string_view name) const;

  std::size_t size() const { return count_; }
  std::size_t memory() const { return bytes_.capacity() + starts_.capacity() * sizeof(std::uint32_t); }

 private:
  std::size_t slot_of(std::string_view name) const;
  std::string_view at(std::uint32_t start) const;
  void grow();

  std::string bytes_;                  ///< each name behind its length in one byte
  std::vector<std::uint32_t> starts_;  ///< by hash, the next free slot: position in `bytes_` plus one, or 0
  std::size_t count_ = 0;
};

}  // namespace atonce
