#include "atonce/world/fate.h"

#include <algorithm>
#include <cstring>

namespace atonce {
namespace {

// Listeners cost descriptors, one for each address and port; a world never takes more than this many.
constexpr std::uint32_t listeners_max = 4'096;
// 64 silent addresses hold 64 * 28,232 connections in the making: the ephemeral ports of one source.
constexpr std::uint32_t silent_addresses = 64;
constexpr std::uint32_t open_addresses = 256;

constexpr std::uint64_t truncated_share = 30;  // of 10,000 names
constexpr std::uint64_t v6_share = 200;
constexpr std::uint64_t alias_share = 800;
constexpr std::uint64_t second_alias_share = 200;

std::uint64_t load_lower(const char* text, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, size);
  // Eight letters at once: bit 7 of each byte of `upper` stands where the byte is in 'A'..'Z'.
  constexpr std::uint64_t ones = 0x0101010101010101ull;
  const std::uint64_t low = word & (0x7f * ones);
  const std::uint64_t upper = (low + (0x80 - 'A') * ones) & ~(low + (0x80 - 'Z' - 1) * ones) & ~word & (0x80 * ones);
  return word | (upper >> 2);
}

std::uint64_t hash_name(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = mix_bits(seed, name.size());
  for (; name.size() > 8; name.remove_prefix(8)) hash = mix_bits(hash, load_lower(name.data(), 8));
  return mix_bits(hash, load_lower(name.data(), name.size()));
}

bool ends_with_label(std::string_view name, std::string_view label) {
  if (name.size() < label.size()) return false;
  const std::string_view tail = name.substr(name.size() - label.size());
  const bool whole = name.size() == label.size() || name[name.size() - label.size() - 1] == '.';
  return whole && std::ranges::equal(tail, label, [](char a, char b) { return (a | 0x20) == b; });
}

std::string_view without_aliases(std::string_view name) {
  const auto is_alias = [](std::string_view text) {
    return text.size() > alias_label.size() + 1 && text[alias_label.size()] == '.' &&
           std::ranges::equal(text.substr(0, alias_label.size()), alias_label,
                              [](char a, char b) { return a == b || (a | 0x20) == b; });
  };
  while (is_alias(name)) name.remove_prefix(alias_label.size() + 1);
  return name;
}

Verdict draw(const WorldSpec& spec, std::uint64_t bits, std::size_t fates) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < fates; ++i) sum += spec.shares[i];
  if (sum == 0) return Verdict::open;
  auto point = static_cast<std::uint32_t>(below(bits, sum));
  std::size_t fate = 0;
  while (point >= spec.shares[fate]) point -= spec.shares[fate++];
  const Verdict verdict = all_fates[fate];
  return verdict == Verdict::unreachable && !spec.private_network ? Verdict::closed : verdict;
}

std::uint32_t addresses_for(std::uint32_t wanted, std::size_t ports) {
  return std::clamp(listeners_max / 2 / static_cast<std::uint32_t>(std::max<std::size_t>(ports, 1)), 1u, wanted);
}

Duration delay_of(const WorldSpec& spec, std::uint64_t bits) {
  // A quarter of the median to seven quarters, as near and far name servers give.
  return spec.dns_delay / 4 + Duration(static_cast<std::int64_t>(
                                  below(bits, static_cast<std::uint64_t>(spec.dns_delay.count()) * 3 / 2 + 1)));
}

bool has_v6(const WorldSpec& spec) { return spec.ipv6 && spec.private_network && spec.ground == Ground::loopback; }

}  // namespace

IpAddress v6_address(std::uint8_t host) {
  return {.bytes = {0xfd, 0x61, 0x74, 0x6f, 0x6e, 0x63, 0, 0x65, 0, 0, 0, 0, 0, 0, 0, host}, .family = Family::v6};
}

AddressBlock block_of(const WorldSpec& spec, Verdict fate) {
  const auto place = static_cast<std::uint32_t>(place_of_fate(fate));
  if (spec.ground == Ground::tun) return {0x0a000000 + (place + 1) * (1u << 20), 1u << 20};
  const std::uint32_t first = 0x7f010000 + place * (1u << 16);
  if (fate == Verdict::open) return {first, addresses_for(open_addresses, spec.ports.size())};
  if (fate == Verdict::timeout) return {first, addresses_for(silent_addresses, spec.ports.size())};
  return {first, 1u << 16};
}

NameFate fate_of(const WorldSpec& spec, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  name = without_aliases(name);
  if (name.empty() || ends_with_label(name, "arpa")) return {};
  if (ends_with_label(name, "localhost")) {
    const IpAddress own = IpAddress::v4(0x7f000001);
    return {.verdict = fate_of_address(spec, own), .address = own};
  }
  const std::uint64_t hash = hash_name(spec.seed, name);
  NameFate fate{.verdict = draw(spec, hash, fate_count), .dns_delay = delay_of(spec, mix_bits(hash, 1))};
  const std::uint64_t shape = mix_bits(hash, 2);
  fate.truncated = below(shape, 10'000) < truncated_share;
  if (place_of_fate(fate.verdict) >= address_fate_count) return fate;
  const std::uint64_t alias = below(mix_bits(hash, 3), 10'000);
  fate.aliases = alias < second_alias_share ? 2 : alias < alias_share ? 1 : 0;
  const AddressBlock block = block_of(spec, fate.verdict);
  fate.address = IpAddress::v4(block.first + static_cast<std::uint32_t>(below(mix_bits(hash, 4), block.count)));
  const std::uint64_t v6 = mix_bits(hash, 5);
  if (fate.verdict == Verdict::open && has_v6(spec) && below(v6, 10'000) < v6_share)
    fate.address_v6 = v6_address(static_cast<std::uint8_t>(1 + v6 % v6_addresses));
  return fate;
}

Verdict fate_of_address(const WorldSpec& spec, const IpAddress& address) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::uint32_t v4 = address.v4_host_order();
  if (address.family == Family::v6) {
    if (address.is_loopback()) return Verdict::closed;
    const std::uint8_t host = address.bytes[15];
    if (has_v6(spec) && host >= 1 && host <= v6_addresses && address == v6_address(host)) return Verdict::open;
    if (!std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) return Verdict::local_no_route;
    v4 = static_cast<std::uint32_t>(address.bytes[12]) << 24 | static_cast<std::uint32_t>(address.bytes[13]) << 16 |
         static_cast<std::uint32_t>(address.bytes[14]) << 8 | address.bytes[15];
  }
  for (std::size_t i = 0; i < address_fate_count; ++i) {
    const Verdict fate = all_fates[i];
    if (!block_of(spec, fate).holds(v4)) continue;
    return fate == Verdict::unreachable && !spec.private_network ? Verdict::closed : fate;
  }
  if (v4 >> 24 == 127 || v4 == 0) return v4 == 0x7fffffff ? Verdict::local_no_route : Verdict::closed;
  if (spec.ground == Ground::loopback || v4 >> 24 != 10) return Verdict::local_no_route;
  if (v4 == tun_address) return spec.web == WebKind::off ? Verdict::closed : Verdict::open;
  return tun_mixed_block.holds(v4) ? draw(spec, mix_bits(spec.seed, v4), address_fate_count) : Verdict::timeout;
}

Verdict fate_at_port(const WorldSpec& spec, Verdict fate, std::uint16_t port) {
  const bool held = fate == Verdict::open || (fate == Verdict::timeout && spec.ground == Ground::loopback);
  if (!held || std::ranges::find(spec.ports, port) != spec.ports.end()) return fate;
  return Verdict::closed;
}

}  // namespace atonce
