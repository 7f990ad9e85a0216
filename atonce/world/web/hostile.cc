#include "atonce/world/web/hostile.h"

#include <fmt/format.h>

namespace atonce {

WebResponse raw_answer(std::string bytes, WebEnd end) {
  return {.body = std::move(bytes), .end = end, .raw = WebRaw::http1};
}

WebPieces repeated(std::string bytes, Duration wait) {
  return [piece = WebPiece{.wait = wait, .bytes = std::move(bytes)}]() -> std::optional<WebPiece> { return piece; };
}

WebPieces repeated(std::string bytes, std::uint64_t count) {
  return [bytes = std::move(bytes), left = count]() mutable -> std::optional<WebPiece> {
    if (left == 0) return std::nullopt;
    --left;
    return WebPiece{.bytes = bytes};
  };
}

std::span<const std::span<const HostileRow>> all_hostile_rows() {
  static const std::array groups{hostile_heads(), hostile_bodies(), hostile_codings(), hostile_ways(),
                                 hostile_frames()};
  return groups;
}

std::span<const WebRoute> hostile_routes() {
  static const std::vector<WebRoute> routes = [] {
    std::vector<WebRoute> made;
    for (const std::span<const HostileRow> group : all_hostile_rows())
      for (const HostileRow& row : group) made.push_back({row.path, "", row.help, row.answer});
    return made;
  }();
  return routes;
}

}  // namespace atonce
