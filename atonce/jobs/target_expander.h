#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "atonce/jobs/target_parser.h"
#include "atonce/jobs/url_template.h"
#include "atonce/model/target.h"

namespace atonce {

/// Inclusive ranges of ports, as in InputOptions.
using PortRanges = std::vector<std::pair<std::uint16_t, std::uint16_t>>;

/// Gives the targets of one line, one at a time: each host in order with each of its ports, or the URL that a template
/// makes of each host. Nothing is held but the line, so a /8 with three ports costs what one name costs.
class TargetExpander {
 public:
  explicit TargetExpander(PortRanges ports);
  /// Of a list of URLs.
  explicit TargetExpander(UrlTemplate url_template);

  /// The line to expand; fill it, then call `start_line`. Targets may have taken its strings: fill it anew each time.
  TargetLine& line() { return line_; }
  void start_line();

  /// Overwrites every field of `target` but its index. False, and `target` untouched, when the line has no more.
  bool next(Target& target);

  /// How many targets the started line has in all, and how many of them were given.
  std::uint64_t line_targets() const { return targets_; }
  std::uint64_t line_given() const { return given_; }

 private:
  void write_target(Target& target, bool last);
  void write_host(Target& target, bool last);
  void write_url_of(Target& target);
  static void take_url(Target& target, Url&& url);
  void advance();

  PortRanges ports_;
  std::optional<UrlTemplate> url_template_;
  std::uint64_t port_count_ = 0;
  TargetLine line_;
  std::uint64_t targets_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t host_ = 0;  ///< of the next target
  std::size_t range_ = 0;   ///< of ports, of the next target
  std::uint32_t port_ = 0;  ///< of the next target
};

}  // namespace atonce
