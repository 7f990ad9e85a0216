#include "atonce/model/special_use.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr Network v4(unsigned a, unsigned b, unsigned c, unsigned d, unsigned prefix) {
  Network network{.prefix = static_cast<std::uint8_t>(prefix)};
  network.address.family = Family::v4;
  const std::array octets{a, b, c, d};
  for (std::size_t i = 0; i < 4; ++i) network.address.bytes[i] = static_cast<std::uint8_t>(octets[i]);
  return network;
}

constexpr Network v6(std::array<unsigned, 8> words, unsigned prefix) {
  Network network{.prefix = static_cast<std::uint8_t>(prefix)};
  network.address.family = Family::v6;
  for (std::size_t i = 0; i < 8; ++i) {
    network.address.bytes[2 * i] = static_cast<std::uint8_t>(words[i] >> 8);
    network.address.bytes[2 * i + 1] = static_cast<std::uint8_t>(words[i]);
  }
  return network;
}

constexpr bool reachable = true;

constexpr std::array special_uses{
    SpecialUse{v4(0, 0, 0, 0, 8), "this network", "RFC 791"},
    SpecialUse{v4(10, 0, 0, 0, 8), "private use", "RFC 1918"},
    SpecialUse{v4(100, 64, 0, 0, 10), "shared address space of providers", "RFC 6598"},
    SpecialUse{v4(127, 0, 0, 0, 8), "loopback", "RFC 1122"},
    SpecialUse{v4(169, 254, 0, 0, 16), "link-local", "RFC 3927"},
    SpecialUse{v4(172, 16, 0, 0, 12), "private use", "RFC 1918"},
    SpecialUse{v4(192, 0, 0, 9, 32), "port control anycast", "RFC 7723", reachable},
    SpecialUse{v4(192, 0, 0, 10, 32), "TURN anycast", "RFC 8155", reachable},
    SpecialUse{v4(192, 0, 0, 0, 24), "IETF protocol assignments", "RFC 6890"},
    SpecialUse{v4(192, 0, 2, 0, 24), "documentation", "RFC 5737"},
    SpecialUse{v4(192, 88, 99, 0, 24), "6to4 relay anycast, given up", "RFC 7526"},
    SpecialUse{v4(192, 168, 0, 0, 16), "private use", "RFC 1918"},
    SpecialUse{v4(198, 18, 0, 0, 15), "benchmarking", "RFC 2544"},
    SpecialUse{v4(198, 51, 100, 0, 24), "documentation", "RFC 5737"},
    SpecialUse{v4(203, 0, 113, 0, 24), "documentation", "RFC 5737"},
    SpecialUse{v4(224, 0, 0, 0, 4), "multicast", "RFC 5771"},
    SpecialUse{v4(255, 255, 255, 255, 32), "broadcast", "RFC 919"},
    SpecialUse{v4(240, 0, 0, 0, 4), "reserved", "RFC 1112"},

    SpecialUse{v6({0, 0, 0, 0, 0, 0, 0, 0}, 128), "unspecified", "RFC 4291"},
    SpecialUse{v6({0, 0, 0, 0, 0, 0, 0, 1}, 128), "loopback", "RFC 4291"},
    SpecialUse{v6({0, 0, 0, 0, 0, 0, 0, 0}, 96), "IPv4-compatible, given up", "RFC 4291"},
    SpecialUse{v6({0x100, 0, 0, 0, 0, 0, 0, 0}, 64), "discard-only", "RFC 6666"},
    SpecialUse{v6({0x100, 0, 0, 1, 0, 0, 0, 0}, 64), "dummy prefix", "RFC 9780"},
    SpecialUse{v6({0x2001, 0, 0, 0, 0, 0, 0, 0}, 32), "Teredo", "RFC 4380"},
    SpecialUse{v6({0x2001, 1, 0, 0, 0, 0, 0, 1}, 128), "port control anycast", "RFC 7723", reachable},
    SpecialUse{v6({0x2001, 1, 0, 0, 0, 0, 0, 2}, 128), "TURN anycast", "RFC 8155", reachable},
    SpecialUse{v6({0x2001, 1, 0, 0, 0, 0, 0, 3}, 128), "DNS-SD registration anycast", "RFC 9665", reachable},
    SpecialUse{v6({0x2001, 2, 0, 0, 0, 0, 0, 0}, 48), "benchmarking", "RFC 5180"},
    SpecialUse{v6({0x2001, 3, 0, 0, 0, 0, 0, 0}, 32), "AMT", "RFC 7450", reachable},
    SpecialUse{v6({0x2001, 4, 0x112, 0, 0, 0, 0, 0}, 48), "AS112", "RFC 7535", reachable},
    SpecialUse{v6({0x2001, 0x10, 0, 0, 0, 0, 0, 0}, 28), "ORCHID, given up", "RFC 4843"},
    SpecialUse{v6({0x2001, 0x20, 0, 0, 0, 0, 0, 0}, 28), "ORCHIDv2", "RFC 7343", reachable},
    SpecialUse{v6({0x2001, 0x30, 0, 0, 0, 0, 0, 0}, 28), "drone identifiers", "RFC 9374", reachable},
    SpecialUse{v6({0x2001, 0, 0, 0, 0, 0, 0, 0}, 23), "IETF protocol assignments", "RFC 2928"},
    SpecialUse{v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 0}, 32), "documentation", "RFC 3849"},
    SpecialUse{v6({0x3fff, 0, 0, 0, 0, 0, 0, 0}, 20), "documentation", "RFC 9637"},
    SpecialUse{v6({0x5f00, 0, 0, 0, 0, 0, 0, 0}, 16), "segment routing identifiers", "RFC 9602"},
    SpecialUse{v6({0xfc00, 0, 0, 0, 0, 0, 0, 0}, 7), "unique-local", "RFC 4193"},
    SpecialUse{v6({0xfe80, 0, 0, 0, 0, 0, 0, 0}, 10), "link-local", "RFC 4291"},
    SpecialUse{v6({0xfec0, 0, 0, 0, 0, 0, 0, 0}, 10), "site-local, given up", "RFC 3879"},
    SpecialUse{v6({0xff00, 0, 0, 0, 0, 0, 0, 0}, 8), "multicast", "RFC 4291"},
};

constexpr auto v4_rows_end =
    std::ranges::find_if(special_uses, [](const SpecialUse& row) { return row.network.address.family == Family::v6; });

/// For each first byte, whether any row may hold such an address: most hosts are let through by this alone.
constexpr std::array<bool, 256> first_bytes(std::span<const SpecialUse> rows) {
  std::array<bool, 256> special{};
  for (const SpecialUse& row : rows) {
    const unsigned first = row.network.address.bytes[0];
    const unsigned count = row.network.prefix >= 8 ? 1 : 1u << (8 - row.network.prefix);
    for (unsigned i = 0; i < count; ++i) special[first + i] = true;
  }
  return special;
}

constexpr std::span<const SpecialUse> v4_rows(special_uses.begin(), v4_rows_end);
constexpr std::span<const SpecialUse> v6_rows(v4_rows_end, special_uses.end());
constexpr auto v4_first_bytes = first_bytes(v4_rows);
constexpr auto v6_first_bytes = first_bytes(v6_rows);

const SpecialUse* find_row(const IpAddress& address) {
  const bool is_v4 = address.family == Family::v4;
  if (!(is_v4 ? v4_first_bytes : v6_first_bytes)[address.bytes[0]]) return nullptr;
  for (const SpecialUse& row : is_v4 ? v4_rows : v6_rows)
    if (row.network.contains(address)) return row.reachable ? nullptr : &row;
  return nullptr;
}

constexpr Network mapped = v6({0, 0, 0, 0, 0, 0xffff, 0, 0}, 96);
constexpr Network nat64 = v6({0x64, 0xff9b, 0, 0, 0, 0, 0, 0}, 96);
constexpr Network local_nat64 = v6({0x64, 0xff9b, 1, 0, 0, 0, 0, 0}, 48);
constexpr Network six_to_four = v6({0x2002, 0, 0, 0, 0, 0, 0, 0}, 16);

IpAddress pick(const IpAddress& address, std::array<std::size_t, 4> places) {
  IpAddress picked{.family = Family::v4};
  for (std::size_t i = 0; i < 4; ++i) picked.bytes[i] = address.bytes[places[i]];
  return picked;
}

}  // namespace

std::span<const SpecialUse> all_special_uses() { return special_uses; }

EmbeddedAddresses embedded_addresses(const IpAddress& address) {
  EmbeddedAddresses found;
  if (address.family != Family::v6 || (address.bytes[0] != 0 && address.bytes[0] != 0x20)) return found;
  if (mapped.contains(address) || nat64.contains(address)) {
    found.add(pick(address, {12, 13, 14, 15}));
  } else if (six_to_four.contains(address)) {
    found.add(pick(address, {2, 3, 4, 5}));
  } else if (local_nat64.contains(address)) {
    // RFC 6052 2.2: where each prefix length has the four bytes; byte 8 is never one of them.
    constexpr std::array<std::array<std::size_t, 4>, 4> layouts{
        {{12, 13, 14, 15}, {9, 10, 11, 12}, {7, 9, 10, 11}, {6, 7, 9, 10}}};
    // A reading that begins with 0 has hit the zeros around the address.
    for (const auto& layout : layouts)
      if (const IpAddress read = pick(address, layout); read.bytes[0] != 0) found.add(read);
    if (found.empty()) found.add(pick(address, layouts.front()));
  }
  return found;
}

const SpecialUse* special_use_of(const IpAddress& address) {
  if (!address) return nullptr;
  for (const IpAddress& inner : embedded_addresses(address))
    if (const SpecialUse* row = find_row(inner)) return row;
  return find_row(address);
}

}  // namespace atonce
