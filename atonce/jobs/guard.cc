#include "atonce/jobs/guard.h"

#include "atonce/model/special_use.h"

namespace atonce {

std::optional<Verdict> Guard::objection_to(const IpAddress& address) const {
  if (excludes_.excludes(address)) return Verdict::excluded;
  if (!allow_private_ && special_use_of(address) != nullptr) return Verdict::special_use;
  return std::nullopt;
}

std::optional<Verdict> Guard::keep_allowed(std::vector<IpAddress>& addresses) const {
  std::optional<Verdict> verdict;
  std::erase_if(addresses, [&](const IpAddress& address) {
    const std::optional<Verdict> objection = objection_to(address);
    if (objection && verdict != Verdict::excluded) verdict = objection;
    return objection.has_value();
  });
  return addresses.empty() ? verdict : std::nullopt;
}

}  // namespace atonce
