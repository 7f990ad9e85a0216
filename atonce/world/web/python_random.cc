#include "atonce/world/web/python_random.h"

#include <algorithm>
#include <vector>

namespace atonce {
namespace {

constexpr std::size_t middle = 397;

}  // namespace

PythonRandom::PythonRandom(std::uint64_t seed) {
  std::vector<std::uint32_t> key{static_cast<std::uint32_t>(seed)};
  if (seed >> 32 != 0) key.push_back(static_cast<std::uint32_t>(seed >> 32));

  state_[0] = 19'650'218;
  for (std::uint32_t i = 1; i < size; ++i) state_[i] = 1'812'433'253u * (state_[i - 1] ^ state_[i - 1] >> 30) + i;
  std::size_t i = 1;
  const auto advance = [&] {
    if (++i < size) return;
    state_[0] = state_[size - 1];
    i = 1;
  };
  for (std::size_t k = 0, j = 0; k < size; ++k, j = (j + 1) % key.size()) {
    state_[i] =
        (state_[i] ^ (state_[i - 1] ^ state_[i - 1] >> 30) * 1'664'525u) + key[j] + static_cast<std::uint32_t>(j);
    advance();
  }
  for (std::size_t k = 1; k < size; ++k) {
    state_[i] = (state_[i] ^ (state_[i - 1] ^ state_[i - 1] >> 30) * 1'566'083'941u) - static_cast<std::uint32_t>(i);
    advance();
  }
  state_[0] = 0x8000'0000u;
}

void PythonRandom::refill() {
  const auto twist = [this](std::size_t i, std::size_t next, std::size_t far) {
    const std::uint32_t mixed = (state_[i] & 0x8000'0000u) | (state_[next] & 0x7fff'ffffu);
    state_[i] = state_[far] ^ mixed >> 1 ^ (mixed & 1 ? 0x9908'b0dfu : 0u);
  };
  for (std::size_t i = 0; i < size - middle; ++i) twist(i, i + 1, i + middle);
  for (std::size_t i = size - middle; i < size - 1; ++i) twist(i, i + 1, i + middle - size);
  twist(size - 1, 0, middle - 1);
  at_ = 0;
}

std::uint32_t PythonRandom::next() {
  if (at_ == size) refill();
  std::uint32_t word = state_[at_++];
  word ^= word >> 11;
  word ^= word << 7 & 0x9d2c'5680u;
  word ^= word << 15 & 0xefc6'0000u;
  return word ^ word >> 18;
}

std::uint8_t PythonRandom::byte() {
  while (true) {
    // Nine bits, as 256 needs, until they are below it.
    const std::uint32_t bits = next() >> 23;
    if (bits < 256) return static_cast<std::uint8_t>(bits);
  }
}

std::string PythonRandom::bytes(std::size_t count) {
  std::string text(count, '\0');
  std::ranges::generate(text, [this] { return static_cast<char>(byte()); });
  return text;
}

}  // namespace atonce
