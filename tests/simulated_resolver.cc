#include "tests/simulated_resolver.h"

#include <algorithm>
#include <cstdlib>

#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

Packet honest_answer(const Scenario& scenario, const Asked& asked) {
  const std::uint64_t index = std::strtoull(asked.name.c_str() + 1, nullptr, 10);
  const Verdict verdict = name_verdict(scenario, index);
  if (verdict == Verdict::no_name) return respond_negative(asked, 3, 60);
  if (verdict == Verdict::dns_failure) return respond(asked, 2);
  if (verdict == Verdict::no_address || asked.type != 1) return respond_negative(asked, 0, 60);
  return respond_with(asked, {write_address(address_of(scenario, index))});
}

Packet with_wrong_id(const Asked& asked, Packet packet) {
  const unsigned id = std::to_integer<unsigned>(asked.message[0]) << 8 | std::to_integer<unsigned>(asked.message[1]);
  return packet.patch(0, id ^ 0x5555);
}

// RFC 1035 4.1.1: TC, with QR, RD and RA.
Packet truncated(const Asked& asked) { return respond(asked).patch(2, 0x8380); }

std::vector<Packet> answer_in_mood(const Scenario& scenario, Instant now, const Asked& asked) {
  Packet answer = honest_answer(scenario, asked);
  for (const MoodStretch& stretch : scenario.moods) {
    if (!stretch.when.has(now)) continue;
    switch (stretch.mood) {
      case Mood::slow: break;
      case Mood::fails: answer = respond(asked, 2); break;
      case Mood::stalls: return {};
      case Mood::wrong_ids: answer = with_wrong_id(asked, std::move(answer)); break;
      case Mood::truncates:
        if (!asked.over_stream) answer = truncated(asked);
        break;
      case Mood::denies: answer = respond_negative(asked, 3, 60); break;
    }
  }
  return {asked.over_stream ? framed(answer) : std::move(answer)};
}

constexpr Duration usual_way = 20ms;

void set_way(SimIo& io, const Scenario& scenario, Duration round_trip) {
  io.host(name_server) = HostRule().latency(round_trip).loses(scenario.loss);
}

/// A slow server answers in time, though late.
Task<void> slow_down(SimIo& io, const Scenario& scenario) {
  for (const MoodStretch& stretch : scenario.moods) {
    if (stretch.mood != Mood::slow || stretch.when.from < io.now()) continue;
    if (!co_await sleep_until(io, stretch.when.from)) co_return;
    set_way(io, scenario, 600ms);
    if (!co_await sleep_until(io, stretch.when.until)) co_return;
    set_way(io, scenario, usual_way);
  }
}

}  // namespace

void start_moody_name_server(Scope& scope, SimIo& io, const Scenario& scenario) {
  // Before the first question: until then it is a host of the world, with whatever fate the dice gave that.
  set_way(io, scenario, usual_way);
  start_name_server(scope, at(name_server, 53),
                    [&](const Asked& asked) { return answer_in_mood(scenario, io.now(), asked); });
  scope.start(slow_down, std::ref(io), std::cref(scenario));
}

bool had_mood(const Scenario& scenario, Mood mood, Instant first, Instant last) {
  return std::ranges::any_of(scenario.moods, [&](const MoodStretch& stretch) {
    return stretch.mood == mood && stretch.when.overlaps(first, last);
  });
}

}  // namespace atonce
