#include "atonce/protocols/dns/resolv_conf.h"

#include "atonce/protocols/dns/words.h"

namespace atonce {
namespace {

constexpr std::uint16_t domain_port = 53;

void add_server(ResolvConf& conf, std::string_view word) {
  if (word.empty()) return;
  if (const std::optional<IpAddress> address = parse_address(word)) {
    conf.servers.push_back({*address, domain_port});
  } else {
    conf.unusable.emplace_back(word);
  }
}

}  // namespace

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf conf;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view keyword = take_word(line);
    if (keyword == "nameserver") add_server(conf, take_word(line));
    if (keyword != "search" && keyword != "domain") continue;
    conf.search.clear();
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line))
      if (std::string suffix = lower_name(word); !suffix.empty()) conf.search.push_back(std::move(suffix));
  }
  return conf;
}

}  // namespace atonce
