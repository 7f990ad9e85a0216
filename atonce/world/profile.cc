#include "atonce/world/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr FateShares calm_shares{8025, 400, 800, 100, 400, 150, 80, 25, 20};
constexpr FateShares fast_shares{7000, 2500, 0, 0, 500, 0, 0, 0, 0};
constexpr FateShares open_shares{10'000};
constexpr FateShares refused_shares{0, 10'000};
constexpr FateShares mixed_shares{1000, 2000, 7000};
constexpr FateShares half_shares{5000, 2500, 2500};
constexpr FateShares stormy_shares{3000, 1500, 2000, 1000, 800, 500, 500, 400, 300};

constexpr Profile far(std::string_view name, std::string_view help, const FateShares& shares) {
  return {.name = name, .help = help, .shares = shares, .ground = Ground::tun, .rtt = 50ms};
}

constexpr std::array profiles{
    Profile{.name = "calm",
            .help = "80 % open, some of every failure: much like a real top list",
            .shares = calm_shares,
            .dns_delay = 4ms},
    Profile{.name = "fast",
            .help = "open, refused, no such name: nothing waits",
            .shares = fast_shares,
            .web = WebKind::plain},
    Profile{.name = "open", .help = "every host accepts", .shares = open_shares, .web = WebKind::plain},
    Profile{.name = "refused", .help = "every host refuses", .shares = refused_shares},
    Profile{.name = "mixed", .help = "10 % open, 20 % refused, 70 % silent: an address range", .shares = mixed_shares},
    Profile{.name = "stormy", .help = "every failure often", .shares = stormy_shares, .dns_delay = 10ms},
    far("far-calm", "calm, with 50 ms round trip", calm_shares),
    far("far-open", "open, with 50 ms round trip", open_shares),
    far("far-refused", "refused, with 50 ms round trip", refused_shares),
    far("far-mixed", "mixed, with 50 ms round trip", mixed_shares),
    far("far-half", "50 % open, 25 % refused, 25 % silent, with 50 ms round trip", half_shares),
    Profile{.name = "far-stormy",
            .help = "stormy, 80 ms round trip, 20 ms jitter, 2 % loss",
            .shares = stormy_shares,
            .ground = Ground::tun,
            .rtt = 80ms,
            .jitter = 20ms,
            .loss = 0.02,
            .dns_delay = 10ms},
};

constexpr bool shares_sum_up() {
  return std::ranges::all_of(
      profiles, [](const Profile& row) { return std::accumulate(row.shares.begin(), row.shares.end(), 0) == 10'000; });
}
static_assert(shares_sum_up());

constexpr Duration delay_max = 2s;  // The delay line of the TUN ground reaches a little further than this.
constexpr Duration outage_max = 24h;
constexpr double loss_max = 0.9;  // Beyond it no number of repetitions gives the truth.

Parsed<Duration> parse_delay(std::string_view key, std::string_view value) {
  if (value == "0" || value == "0ms" || value == "0s") return Duration{};
  const Parsed<Duration> delay = parse_duration(value);
  if (!delay) return complain(fmt::format("the world's {}: {}", key, delay.error().text));
  if (*delay > delay_max)
    return complain(fmt::format("the world's {} of {} is too long; the longest is 2s", key, value));
  return delay;
}

Parsed<double> parse_loss(std::string_view value) {
  const bool percent = value.ends_with('%');
  const std::string number(value.substr(0, value.size() - (percent ? 1 : 0)));
  char* end = nullptr;
  const double loss = std::strtod(number.c_str(), &end) / (percent ? 100 : 1);
  if (number.empty() || *end != '\0' || !(loss >= 0 && loss <= loss_max))
    return complain(fmt::format("\"{}\" is not a share of lost packets; write loss=2% or loss=0.02, up to 90%", value));
  return loss;
}

Parsed<void> parse_outage(WorldSpec& spec, std::string_view value) {
  const std::size_t plus = value.find('+');
  const std::string_view start = value.substr(0, plus);
  const Parsed<Duration> length = parse_duration(plus == value.npos ? "" : value.substr(plus + 1));
  const Parsed<Duration> from = start == "0" || start == "0s" ? Duration{} : parse_duration(start);
  if (!from || !length || *from > outage_max || *length > outage_max)
    return complain(fmt::format(
        "\"{}\" is not an outage; write outage=2s+1.5s, from when after the first packet and for how long, up to a day",
        value));
  spec.outage_start = *from;
  spec.outage_length = *length;
  return {};
}

Parsed<void> parse_web(WorldSpec& spec, std::string_view value) {
  constexpr std::array<std::string_view, 3> kinds{"off", "plain", "varied"};
  const auto* const kind = std::ranges::find(kinds, value);
  if (kind == kinds.end())
    return complain(fmt::format("there is no web \"{}\"; write web=off, plain or varied", value));
  spec.web = static_cast<WebKind>(kind - kinds.begin());
  return {};
}

/// What was said apart from the profile, to tell a wish from a default.
struct Wishes {
  bool web = false;
  bool ground = false;
  bool path = false;  ///< a round trip, jitter, loss or outage
};

Parsed<Wishes> apply_option(WorldSpec& spec, std::string_view key, std::string_view value) {
  if (key == "rtt" || key == "jitter" || key == "dns") {
    const Parsed<Duration> delay = parse_delay(key, value);
    if (!delay) return std::unexpected(delay.error());
    (key == "rtt" ? spec.rtt : key == "jitter" ? spec.jitter : spec.dns_delay) = *delay;
    return Wishes{.path = key != "dns" && *delay > Duration{}};
  }
  if (key == "loss") {
    const Parsed<double> loss = parse_loss(value);
    if (!loss) return std::unexpected(loss.error());
    spec.loss = *loss;
    return Wishes{.path = *loss > 0};
  }
  if (key == "outage") {
    if (const Parsed<void> outage = parse_outage(spec, value); !outage) return std::unexpected(outage.error());
    return Wishes{.path = true};
  }
  if (key == "seed") {
    const auto [end, error] = std::from_chars(value.begin(), value.end(), spec.seed);
    if (error != std::errc{} || end != value.end())
      return complain(fmt::format("the world's seed \"{}\" is not a whole number", value));
    return Wishes{};
  }
  if (key == "ground" && (value == "tun" || value == "loopback")) {
    spec.ground = value == "tun" ? Ground::tun : Ground::loopback;
    return Wishes{.ground = true};
  }
  if (key == "web") {
    if (const Parsed<void> web = parse_web(spec, value); !web) return std::unexpected(web.error());
    return Wishes{.web = true};
  }
  if (key == "requests") {
    spec.requests = value;
    return Wishes{};
  }
  if (key == "log") {
    spec.log = value;
    return Wishes{};
  }
  if (key == "ground")
    return complain(fmt::format("there is no ground \"{}\" in a world; the grounds are loopback and tun", value));
  return complain(
      fmt::format("a world has no option \"{}\"; the options are rtt, jitter, loss, outage, dns, seed, ground, web, "
                  "log and requests",
                  key));
}

Parsed<WorldSpec> spec_of_profile(std::string_view name) {
  for (const Profile& row : profiles)
    if (row.name == name)
      return WorldSpec{.profile = std::string(name),
                       .shares = row.shares,
                       .ground = row.ground,
                       .rtt = row.rtt,
                       .jitter = row.jitter,
                       .loss = row.loss,
                       .dns_delay = row.dns_delay,
                       .web = row.web};
  std::string names;
  for (const Profile& row : profiles) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return complain(fmt::format("there is no world \"{}\"; the worlds are {}", name, names));
}

}  // namespace

std::span<const Profile> all_profiles() { return profiles; }

Parsed<WorldSpec> parse_world_spec(std::string_view text) {
  std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view first = text.substr(0, comma);
  const bool named = !first.empty() && first.find('=') == std::string_view::npos;
  Parsed<WorldSpec> spec = spec_of_profile(named ? first : "calm");
  if (!spec) return spec;

  Wishes wishes;
  std::string_view rest = named ? text.substr(std::min(comma + 1, text.size())) : text;
  while (!rest.empty()) {
    comma = std::min(rest.find(','), rest.size());
    const std::string_view option = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos)
      return complain(fmt::format("\"{}\" says nothing of a world; write PROFILE,rtt=50ms,loss=2%,seed=7", option));
    const Parsed<Wishes> wish = apply_option(*spec, option.substr(0, equals), option.substr(equals + 1));
    if (!wish) return std::unexpected(wish.error());
    wishes.ground |= wish->ground;
    wishes.path |= wish->path;
    wishes.web |= wish->web;
  }
  if (wishes.path && wishes.ground && spec->ground == Ground::loopback)
    return complain("the loopback ground has no round trip, jitter, loss or outage; leave out ground=loopback");
  if (wishes.path) spec->ground = Ground::tun;
  if (spec->ground == Ground::tun && !wishes.web) spec->web = WebKind::off;
  return spec;
}

WebKind web_of_profile(std::string_view profile) {
  for (const Profile& row : profiles)
    if (row.name == profile) return row.web;
  return WebKind::varied;
}

namespace {

/// In the largest unit in which it is a whole number, so that it reads back as it was.
std::string write_delay(Duration delay) {
  using std::chrono::microseconds, std::chrono::milliseconds;
  if (delay == Duration{}) return "0";
  if (delay % std::chrono::seconds(1) == Duration{}) return fmt::format("{}s", delay / std::chrono::seconds(1));
  if (delay % milliseconds(1) == Duration{}) return fmt::format("{}ms", delay / milliseconds(1));
  if (delay % microseconds(1) == Duration{}) return fmt::format("{}us", delay / microseconds(1));
  return fmt::format("{}ns", delay.count());
}

}  // namespace

std::string write_world_spec(const WorldSpec& spec) {
  std::string text = fmt::format("{},seed={},dns={}", spec.profile, spec.seed, write_delay(spec.dns_delay));
  const WebKind usual = spec.ground == Ground::tun ? WebKind::off : web_of_profile(spec.profile);
  if (spec.web != usual)
    text += spec.web == WebKind::off ? ",web=off" : spec.web == WebKind::plain ? ",web=plain" : ",web=varied";
  if (spec.ground == Ground::loopback) return text + ",ground=loopback";
  text +=
      fmt::format(",rtt={},jitter={},loss={},ground=tun", write_delay(spec.rtt), write_delay(spec.jitter), spec.loss);
  if (spec.outage_length > Duration{})
    text += fmt::format(",outage={}+{}", write_delay(spec.outage_start), write_delay(spec.outage_length));
  return text;
}

}  // namespace atonce
