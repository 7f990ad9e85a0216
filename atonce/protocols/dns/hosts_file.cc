#include "atonce/protocols/dns/hosts_file.h"

#include <algorithm>

#include "atonce/protocols/dns/words.h"

namespace atonce {

HostsFile HostsFile::parse(std::string_view text) {
  HostsFile file;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::optional<IpAddress> address = parse_address(take_word(line));
    if (!address) continue;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      Addresses& addresses = file.entries_[lower_name(word)];
      if (addresses.size() < addresses_max && std::ranges::find(addresses, *address) == addresses.end())
        addresses.push_back(*address);
    }
  }
  return file;
}

const Addresses* HostsFile::find(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

}  // namespace atonce
