#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <array>

#include "atonce/model/escape.h"
#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/protocols/dns/resolv_conf.h"
#include "atonce/protocols/dns/resolver.h"
#include "atonce/runtime/requests.h"

namespace atonce {
namespace {

// Longer ones exist (lists of blocked names); more than this is no hosts file.
constexpr std::size_t file_bytes_max = 64 << 20;

/// What can be read of the file; it may be missing.
std::string read_text(const std::string& path) {
  std::string text;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return text;
  std::array<char, 16'384> chunk;
  for (ssize_t count = 0; text.size() < file_bytes_max && (count = ::read(file, chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(count));
  ::close(file);
  return text;
}

}  // namespace

Parsed<ResolverConfig> read_resolver_config(const ResolverOptions& options, const ResolverFiles& files) {
  ResolvConf conf = parse_resolv_conf(read_text(files.resolv_conf));
  ResolverConfig config{.servers = options.servers,
                        .search = std::move(conf.search),
                        .hosts = std::make_shared<const HostsFile>(HostsFile::parse(read_text(files.hosts))),
                        .system = options.system,
                        .timeout = options.timeout,
                        .rounds = std::max(options.rounds, 1u),
                        .cache_entries_max = options.cache_entries_max};
  if (!config.servers.empty() || config.system) return config;
  config.servers = std::move(conf.servers);
  if (config.servers.empty() && !conf.unusable.empty())
    return complain(fmt::format(
        "none of the name servers in {} can be used ({}): only plain addresses can be asked. Give one with --resolver.",
        escape_for_terminal(files.resolv_conf),
        escape_for_terminal(fmt::format("{}", fmt::join(conf.unusable, ", ")))));
  if (config.servers.empty()) config.servers.push_back({IpAddress::v4(0x7f000001), 53});
  return config;
}

bool has_ipv6_route(Io& io) {
  // Connecting a datagram socket looks up the route and sends nothing. The documentation prefix has the default route.
  const std::optional<IpAddress> somewhere = parse_address("2001:db8::1");
  return open_datagram(io, {*somewhere, 53}).has_value();
}

}  // namespace atonce
