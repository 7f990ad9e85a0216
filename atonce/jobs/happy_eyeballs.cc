#include "atonce/jobs/happy_eyeballs.h"

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/queue.h"

namespace atonce {
namespace {

// RFC 8305 section 8: "Connection Attempt Delay", recommended 250 ms.
constexpr Duration attempt_delay = std::chrono::milliseconds(250);

}  // namespace

std::vector<IpAddress> alternate_families(std::span<const IpAddress> addresses) {
  std::vector<IpAddress> first, second, order;
  for (const IpAddress& address : addresses)
    (address.family == addresses.front().family ? first : second).push_back(address);
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) order.push_back(first[i]);
    if (i < second.size()) order.push_back(second[i]);
  }
  return order;
}

Task<std::vector<Attempt>> happy_eyeballs(Approach& approach, std::span<const IpAddress> addresses,
                                          std::uint16_t port) {
  Io& io = approach.io();
  const std::vector<IpAddress> order = alternate_families(addresses);
  std::vector<Attempt> attempts;
  attempts.reserve(order.size());
  Queue<bool> failed(io, static_cast<std::uint32_t>(order.size()) + 1);
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    for (const IpAddress& address : order) {
      if (!attempts.empty() && !approach.has_time()) co_return;
      attempts.push_back({.address = address});
      scope.start(
          [&](Attempt* attempt, Scope* all) -> Task<void> {
            *attempt = co_await approach.connect({attempt->address, port});
            if (attempt->verdict == Verdict::open) {
              all->cancel();
            } else {
              (void)co_await failed.push(true);
            }
          },
          &attempts.back(), &scope);
      const auto next = co_await within(attempt_delay, failed.pop());
      if (!next && next.error().code == ECANCELED) co_return;
    }
  });
  co_return attempts;
}

}  // namespace atonce
