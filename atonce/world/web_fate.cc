#include "atonce/world/web_fate.h"

#include <numeric>
#include <string>

#include "atonce/world/fate.h"
#include "atonce/world/web/hostile.h"
#include "atonce/world/world_site.h"

namespace atonce {
namespace {

constexpr std::uint64_t share_sum = 10'000;
static_assert(std::accumulate(all_web_fates.begin(), all_web_fates.end(), std::uint64_t{0},
                              [](std::uint64_t sum, const WebFateRow& row) { return sum + row.share; }) == share_sum);

const HostileRow* find_hostile(std::string_view path) {
  const WebRoute* const route = find_web_route(path);
  if (route == nullptr) return nullptr;
  for (const std::span<const HostileRow> group : all_hostile_rows())
    for (const HostileRow& row : group)
      if (row.path == route->path) return &row;
  return nullptr;
}

}  // namespace

WebFate web_fate_of(const WorldSpec& spec, std::string_view host) {
  if (spec.web != WebKind::varied) return WebFate::page;
  if (host.ends_with('.')) host.remove_suffix(1);
  std::uint64_t hash = mix_bits(spec.seed, host.size());
  for (const char letter : host)
    hash = mix_bits(hash, static_cast<unsigned char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter));
  std::uint64_t point = below(mix_bits(hash, 0x3eb), share_sum);
  for (const WebFateRow& row : all_web_fates) {
    if (point < row.share) return row.fate;
    point -= row.share;
  }
  return WebFate::page;
}

WebTruth web_truth_of(const WorldSpec& spec, std::string_view host, std::string_view target, bool secure) {
  const WebFateRow& fate = row_of(web_fate_of(spec, host));
  const bool of_certificate = fate.fate >= WebFate::cert_expired;
  if (of_certificate && secure) return {.verdict = fate.verdict};
  const std::string_view path = target.substr(0, target.find('?'));
  if (!is_page_of_the_name(path)) {
    if (const HostileRow* const row = find_hostile(path)) return {.verdict = row->verdict};
    const std::uint16_t status =
        answer_world_request(spec, {.target = std::string(target), .host = std::string(host), .secure = secure}).status;
    return {.status = status, .status_final = status};
  }
  if (of_certificate || path == welcome_path) return {.status = 200, .status_final = 200};
  return {.verdict = fate.verdict,
          .status = fate.status,
          .status_final = fate.fate == WebFate::moved ? std::uint16_t{200} : fate.status};
}

}  // namespace atonce
