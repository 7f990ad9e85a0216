// Which pages of a site can be reached from one of them? Wave by wave, 20 pages at a time, 200 in all.
// Usage: example_crawler URL

#include <fmt/format.h>

#include <set>

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/resolving_dialer.h"
#include "atonce/protocols/tls/tls_context.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/engine.h"

using namespace atonce;

Task<void> crawl(Io& io, HttpClient& client, Url start) {
  std::set<std::string> seen{write_url(start)};
  for (std::vector<std::string> wave(seen.begin(), seen.end()), found; !wave.empty(); wave.swap(found)) {
    found.clear();
    Limiter window(io, 20);
    auto next = [at = wave.begin(), &wave]() mutable -> Task<std::optional<std::string>> {
      co_return at == wave.end() ? std::nullopt : std::optional(*at++);
    };
    co_await for_each(io, window, next, [&](std::string& page) -> Task<void> {
      const Got got = co_await client.get(page);
      fmt::print("{} {} {:.3f} s\n", page,
                 got.verdict == Verdict::ok ? fmt::to_string(got.exchange.status_code) : name_of(got.verdict),
                 seconds(got.finished - got.started));
      const Parsed<Url> base = parse_url(got.exchange.url);
      for (std::size_t at = got.body.find("href=\""); base && at != got.body.npos;
           at = got.body.find("href=\"", at + 6)) {
        const std::string_view rest = std::string_view(got.body).substr(at + 6);
        const Parsed<Url> link = resolve_reference(*base, rest.substr(0, rest.find_first_of("\"#")));
        if (link && same_origin(*link, start) && seen.size() < 200 && seen.insert(write_url(*link)).second)
          found.push_back(write_url(*link));
      }
    });
  }
}

int main(int argc, char** argv) {
  const Parsed<Url> start = parse_url(argc > 1 ? argv[1] : "", Scheme::https);
  const Parsed<TlsContext> tls = TlsContext::client({.alpn = {"h2", "http/1.1"}});
  if (!start || !tls) return fmt::print(stderr, "{}\n", (start ? tls.error() : start.error()).text), 2;
  const std::unique_ptr<Io> io = make_epoll_io();
  io->run(with_resolver(*io, read_resolver_config({}).value(), [&](Resolver& resolver) -> Task<void> {
    ResolvingDialer dialer(*io, resolver);
    const ClientSettings settings{.tls = &*tls};
    co_await with_client(*io, dialer, settings, [&](HttpClient& client) { return crawl(*io, client, *start); });
  }));
}
