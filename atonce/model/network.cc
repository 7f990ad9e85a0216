#include "atonce/model/network.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace atonce {
namespace {

unsigned bits_of(Family family) { return family == Family::v4 ? 32 : 128; }

/// Which bits of byte `number` belong to the prefix.
std::uint8_t mask_of_byte(unsigned prefix, unsigned number) {
  const int kept = std::clamp(static_cast<int>(prefix) - static_cast<int>(8 * number), 0, 8);
  return static_cast<std::uint8_t>(0xFF00u >> kept);
}

}  // namespace

IpAddress network_address(IpAddress address, unsigned prefix) {
  for (unsigned i = 0; i < bits_of(address.family) / 8; ++i) address.bytes[i] &= mask_of_byte(prefix, i);
  return address;
}

bool Network::contains(const IpAddress& candidate) const {
  if (candidate.family != address.family || !candidate) return false;
  const unsigned whole = prefix / 8;
  if (std::memcmp(candidate.bytes.data(), address.bytes.data(), whole) != 0) return false;
  return prefix % 8 == 0 || (candidate.bytes[whole] & mask_of_byte(prefix, whole)) == address.bytes[whole];
}

IpAddress Network::last() const {
  IpAddress end = address;
  for (unsigned i = 0; i < bits_of(address.family) / 8; ++i)
    end.bytes[i] |= static_cast<std::uint8_t>(~mask_of_byte(prefix, i));
  return end;
}

Parsed<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return complain("a network is an address, a slash and a number of bits, as in 192.0.2.0/24");
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return complain("what stands before the slash is not an address");
  const std::string_view number = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), prefix);
  const unsigned most = bits_of(address->family);
  if (failure != std::errc() || end != number.data() + number.size() || prefix > most)
    return complain("the prefix length after the slash is not a number from 0 to " + std::to_string(most));
  return Network{network_address(*address, prefix), static_cast<std::uint8_t>(prefix)};
}

std::string write_network(const Network& network) {
  return write_address(network.address) + "/" + std::to_string(network.prefix);
}

}  // namespace atonce
