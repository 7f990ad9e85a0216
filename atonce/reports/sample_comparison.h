#pragma once

#include <chrono>

#include "atonce/model/comparison.h"

namespace atonce::samples {

/// A round over as many targets as there are verdicts.
inline Round round_of(double wall_s, std::vector<Verdict> verdicts, double cpu_s = 0.01) {
  const auto from_seconds = [](double value) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
  };
  Round round{.wall = from_seconds(wall_s),
              .cpu_user = from_seconds(cpu_s),
              .memory_peak_bytes = 9 << 20,
              .switches_voluntary = 100,
              .switches_involuntary = 5};
  for (const Verdict verdict : verdicts) {
    round.tally.add({.verdict = verdict, .tries = 1});
    round.verdicts.push_back(static_cast<std::uint8_t>(verdict));
  }
  return round;
}

inline const std::vector<Verdict> mostly_open{Verdict::open, Verdict::open, Verdict::closed, Verdict::open};

/// Four targets, sequential against async, five rounds each: nothing to complain of.
inline Comparison sound() {
  Comparison comparison{.input = "domains.csv", .targets = 4};
  StrategyRounds sequential{.strategy = "sequential", .engine = "blocking", .window = 1};
  StrategyRounds async{.strategy = "async", .engine = "ring", .window = 4};
  for (const double wobble : {1.0, 1.01, 0.99, 1.02, 0.98}) {
    sequential.rounds.push_back(round_of(2.0 * wobble, mostly_open));
    async.rounds.push_back(round_of(0.2 * wobble, mostly_open));
  }
  comparison.strategies = {sequential, async};
  return comparison;
}

/// The same with a peer that says three of the verdicts, and a word of its own.
inline Comparison with_peer(Comparison comparison) {
  PeerRounds peer{.run = {.strategy = "pool:20"}};
  for (const Round& theirs : comparison.strategies[0].rounds) {
    Round round{.wall = theirs.wall / 4, .cpu_user = theirs.cpu_user, .memory_peak_bytes = 20 << 20};
    round.answers.lines = 4;
    for (const Verdict verdict : mostly_open) round.answers.words.push_back(AnswerWord::of_verdict(verdict));
    round.answers.words[3] = AnswerWord::of_line("up");
    peer.run.rounds.push_back(std::move(round));
  }
  comparison.peers.push_back(std::move(peer));
  return comparison;
}

}  // namespace atonce::samples
