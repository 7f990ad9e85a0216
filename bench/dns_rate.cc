// The resolver alone: looks up each name of a list once and says how fast that went. A only, as many questions in
// flight as told. Usage: dns_rate NAMES SERVER WINDOW ENGINE; prints counts and seconds as JSON. NAMES has one name a
// line.

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/dns/resolver.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/engine.h"

namespace atonce {
namespace {

struct Counts {
  std::uint64_t found = 0, no_name = 0, no_address = 0, failed = 0;

  void add(const Lookup& lookup) {
    if (lookup)
      ++found;
    else if (lookup.error().verdict == Verdict::no_name)
      ++no_name;
    else if (lookup.error().verdict == Verdict::no_address)
      ++no_address;
    else
      ++failed;
  }
};

Task<Counts> look_up_all(Io& io, Resolver& resolver, const std::vector<std::string>& names, std::uint32_t window) {
  Counts counts;
  Limiter in_flight(io, window);
  auto next = [&, i = std::size_t{0}]() mutable -> Task<std::optional<std::string_view>> {
    if (i == names.size()) co_return std::nullopt;
    co_return names[i++];
  };
  auto look_up = [&](std::string_view name) -> Task<void> {
    counts.add(co_await resolver.resolve(name, AddressChoice::v4_only));
  };
  co_await for_each(io, in_flight, std::move(next), look_up);
  co_return counts;
}

std::unique_ptr<Io> make_io(std::string_view engine) {
  if (engine != "ring") return make_epoll_io();
  auto io = make_ring_io({.slots = 64});
  if (io) return std::move(*io);
  std::fprintf(stderr, "dns_rate: %s\n", io.error().text.c_str());
  std::exit(2);
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

int run(const char* list, std::string_view server, std::uint32_t window, std::string_view engine) {
  std::vector<std::string> names;
  std::ifstream file(list);
  for (std::string line; std::getline(file, line);) names.push_back(line);
  const std::optional<IpAddress> address = parse_address(server);
  if (names.empty() || !address) return std::fprintf(stderr, "dns_rate: no names, or no such server\n"), 2;
  ResolverConfig config;
  config.servers = {Endpoint{*address, 53}};
  config.in_flight_max = window;

  const std::unique_ptr<Io> io = make_io(engine);
  const double cpu_before = cpu_seconds();
  const auto started = std::chrono::steady_clock::now();
  const Counts counts = io->run(with_resolver(
      *io, std::move(config), [&](Resolver& resolver) { return look_up_all(*io, resolver, names, window); }));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::printf("{\"found\":%lu,\"no_name\":%lu,\"no_address\":%lu,\"failed\":%lu,\"seconds\":%.4f,\"cpu_s\":%.4f}\n",
              counts.found, counts.no_name, counts.no_address, counts.failed, seconds, cpu_seconds() - cpu_before);
  return 0;
}

}  // namespace
}  // namespace atonce

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: dns_rate NAMES SERVER WINDOW ENGINE\n"), 2;
  const unsigned long window = std::strtoul(argv[3], nullptr, 10);
  if (window < 1 || window > 60'000) return std::fprintf(stderr, "dns_rate: a window is 1 to 60000\n"), 2;
  return atonce::run(argv[1], argv[2], static_cast<std::uint32_t>(window), argv[4]);
}
