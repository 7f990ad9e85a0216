#include "atonce/strategies/unique_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace atonce {
namespace {

constexpr std::size_t slots_min = 256;
constexpr std::size_t host_bytes_max = 253;

}  // namespace

UniqueFilter::UniqueFilter(std::size_t memory_max, SipKey key)
    : key_(key),
      // While it grows, the table and the one of half its size exist: three halves of it fit into the memory.
      slots_max_(std::bit_floor(std::max(memory_max / 3 * 2 / sizeof(Fingerprint), slots_min))),
      slots_(slots_min) {}

bool UniqueFilter::first_time(std::string_view host, std::uint16_t port) {
  const Fingerprint fingerprint = fingerprint_of(host, port);
  Fingerprint* slot = &slot_of(fingerprint);
  if (*slot == fingerprint) return false;
  // Seven eighths full, a probe still ends within a few cache lines.
  if (remembered_ >= slots_.size() / 8 * 7) {
    if (slots_.size() == slots_max_) {
      full_ = true;
      return true;
    }
    grow();
    slot = &slot_of(fingerprint);
  }
  *slot = fingerprint;
  ++remembered_;
  return true;
}

UniqueFilter::Fingerprint UniqueFilter::fingerprint_of(std::string_view host, std::uint16_t port) const {
  std::array<char, sizeof port + host_bytes_max> text;
  host = host.substr(0, host_bytes_max);
  std::memcpy(text.data(), &port, sizeof port);
  std::memcpy(text.data() + sizeof port, host.data(), host.size());
  Fingerprint fingerprint = siphash_128(key_, {text.data(), sizeof port + host.size()});
  if (fingerprint == Fingerprint{}) fingerprint[0] = 1;
  return fingerprint;
}

UniqueFilter::Fingerprint& UniqueFilter::slot_of(const Fingerprint& fingerprint) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = fingerprint[0] & mask;
  while (slots_[i] != fingerprint && slots_[i] != Fingerprint{}) i = (i + 1) & mask;
  return slots_[i];
}

void UniqueFilter::grow() {
  const std::vector<Fingerprint> old = std::exchange(slots_, std::vector<Fingerprint>(slots_.size() * 2));
  for (const Fingerprint& fingerprint : old)
    if (fingerprint != Fingerprint{}) slot_of(fingerprint) = fingerprint;
}

}  // namespace atonce
