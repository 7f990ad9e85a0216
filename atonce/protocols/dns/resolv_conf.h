#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/address.h"

namespace atonce {

/// What /etc/resolv.conf says that matters here: servers and search list. `options` (timeout, attempts, ndots, rotate)
/// are passed over: the same list is to give the same verdicts on every machine. Source: resolv.conf(5).
struct ResolvConf {
  std::vector<Endpoint> servers;
  std::vector<std::string> search;    ///< of the last `search` or `domain` line
  std::vector<std::string> unusable;  ///< servers that are no literal we can ask, such as "fe80::1%eth0"
};

ResolvConf parse_resolv_conf(std::string_view text);

}  // namespace atonce
