#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/address.h"

namespace atonce {

/// The DNS wire format as plainly as it can be written, apart from the code under test.
inline std::vector<std::uint8_t> write_dns_query(std::uint16_t id, std::string_view name, std::uint16_t type,
                                                 bool edns = false) {
  std::vector<std::uint8_t> out{
      static_cast<std::uint8_t>(id >> 8),     static_cast<std::uint8_t>(id), 1, 0, 0, 1, 0, 0, 0, 0, 0,
      static_cast<std::uint8_t>(edns ? 1 : 0)};
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(std::min(label.size() + 1, name.size()));
  }
  for (const int byte : {0, type >> 8, type & 0xff, 0, 1}) out.push_back(static_cast<std::uint8_t>(byte));
  if (edns)
    for (const int byte : {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0}) out.push_back(static_cast<std::uint8_t>(byte));
  return out;
}

struct DnsAnswerView {
  std::uint16_t id = 0;
  int code = -1;
  bool truncated = false;
  bool edns = false;
  std::string question;
  std::vector<std::string> aliases;
  std::vector<IpAddress> addresses;
};

/// The name at `at`, which moves past it. Follows pointers, at most 16.
inline std::string read_dns_name(std::span<const std::uint8_t> bytes, std::size_t& at) {
  std::string name;
  std::size_t here = at;
  bool jumped = false;
  for (int jumps = 0; here < bytes.size() && bytes[here] != 0 && jumps < 16;) {
    if (bytes[here] >= 0xc0) {
      if (!jumped) at = here + 2;
      jumped = true;
      ++jumps;
      here = static_cast<std::size_t>((bytes[here] & 0x3f) << 8 | bytes[here + 1]);
      continue;
    }
    if (!name.empty()) name += '.';
    name.append(reinterpret_cast<const char*>(&bytes[here + 1]), bytes[here]);
    here += bytes[here] + 1u;
  }
  if (!jumped) at = here + 1;
  return name;
}

inline DnsAnswerView read_dns_answer(std::span<const std::uint8_t> bytes) {
  DnsAnswerView view;
  if (bytes.size() < 12) return view;
  const auto u16 = [&](std::size_t i) { return static_cast<std::uint16_t>(bytes[i] << 8 | bytes[i + 1]); };
  view.id = u16(0);
  view.code = bytes[3] & 15;
  view.truncated = (bytes[2] & 2) != 0;
  std::size_t at = 12;
  if (u16(4) == 1) {
    view.question = read_dns_name(bytes, at);
    at += 4;
  }
  for (int records = u16(6) + u16(10); records > 0 && at + 10 < bytes.size(); --records) {
    read_dns_name(bytes, at);
    const std::uint16_t type = u16(at), size = u16(at + 8);
    at += 10;
    std::size_t inside = at;
    if (type == 1) view.addresses.push_back(IpAddress::v4(static_cast<std::uint32_t>(u16(at)) << 16 | u16(at + 2)));
    if (type == 28) {
      IpAddress address{.family = Family::v6};
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 16, address.bytes.begin());
      view.addresses.push_back(address);
    }
    if (type == 5) view.aliases.push_back(read_dns_name(bytes, inside));
    if (type == 41) view.edns = true;
    at += size;
  }
  return view;
}

}  // namespace atonce
