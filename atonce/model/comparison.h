#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/answer_word.h"
#include "atonce/model/duration.h"
#include "atonce/model/tally.h"

namespace atonce {

/// The lines that another program wrote about the same targets.
struct PeerAnswers {
  std::uint64_t lines = 0;
  std::vector<AnswerWord> words;  ///< how each line begins, of the first so many lines as there are targets
};

/// One strategy over all targets, once; or a peer, which has answers where a strategy has verdicts.
struct Round {
  Duration wall{};
  Duration cpu_user{};
  Duration cpu_system{};
  std::uint64_t memory_peak_bytes = 0;  ///< resident, over all processes of the strategy; the largest one of a peer
  std::uint64_t switches_voluntary = 0;
  std::uint64_t switches_involuntary = 0;
  Tally tally;
  std::vector<std::uint8_t> verdicts;       ///< a Verdict for each target, by its index
  std::vector<std::uint16_t> status_codes;  ///< of HTTP, for each target; 0: no answer; empty where nobody asked
  PeerAnswers answers;

  Duration cpu() const { return cpu_user + cpu_system; }
};

struct StrategyRounds {
  std::string strategy;       ///< as chosen, "threads:20"
  std::string engine;         ///< "ring", "epoll", "blocking"
  std::uint32_t window = 1;   ///< in flight at most
  std::vector<Round> rounds;  ///< in the order they ran; round i of every strategy ran side by side
};

/// Another program that did the same work in the same rounds. Its time is that of the whole command, from its start to
/// its end.
struct PeerRounds {
  StrategyRounds run;   ///< its name, and the rounds that ended well
  std::string failure;  ///< why there are no more of them, as a sentence; empty: there are all
};

/// The same work with several strategies, in interleaved rounds.
struct Comparison {
  std::string job = "probe";
  std::string input;  ///< the list, or the targets, as a person names them
  std::string world;  ///< the simulated internet's spec; empty: the real network
  std::uint64_t targets = 0;
  std::vector<StrategyRounds> strategies;
  std::vector<PeerRounds> peers;
};

}  // namespace atonce
