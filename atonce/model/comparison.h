#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/answer_word.h"
#include "atonce/model/boxed.h"
#include "atonce/model/duration.h"
#include "atonce/model/recording.h"
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
  Boxed<Recording> recording;          ///< how it went over time; none of a peer
  std::optional<double> machine_busy;  ///< the share of all processors that was used meanwhile, by any program

  Duration cpu() const { return cpu_user + cpu_system; }
};

struct StrategyRounds {
  std::string strategy;                ///< as chosen, "threads:20"
  std::string engine;                  ///< "ring", "epoll", "blocking"
  std::uint32_t window = 1;            ///< in flight at most
  std::uint32_t workers = 1;           ///< loops, threads or processes: so many processors can it use at once
  std::optional<double> system_calls;  ///< for each target, counted in the warm-up
  std::vector<Round> rounds;           ///< in the order they ran; round i of every strategy ran side by side
};

/// Another program that did the same work in the same rounds. Its time is that of the whole command, from its start to
/// its end.
struct PeerRounds {
  StrategyRounds run;   ///< its name, and the rounds that ended well
  std::string failure;  ///< why there are no more of them, as a sentence; empty: there are all
};

/// What a comparison is to come to: "async/sequential >= 10", so many times as fast.
struct Threshold {
  enum class Relation : std::uint8_t { at_least, more_than, at_most, less_than };

  std::string text;  ///< as it was given
  std::string left, right;
  Relation relation = Relation::at_least;
  double bound = 1;
};

/// The same work with several strategies, in interleaved rounds.
struct Comparison {
  std::string job = "probe";
  std::string input;  ///< the list, or the targets, as a person names them
  std::string world;  ///< the simulated internet's spec; empty: the real network
  std::uint64_t targets = 0;
  unsigned processors = 1;        ///< of this machine
  std::optional<double> rate;     ///< starts a second, at most (--rate)
  std::uint32_t per_address = 0;  ///< in flight to one address, at most (--per-address); 0: no bound
  bool calls_forbidden = false;   ///< system calls were to be counted in the warm-up, and this process may trace nobody
  std::vector<StrategyRounds> strategies;
  std::vector<PeerRounds> peers;
  std::vector<Threshold> thresholds;
};

}  // namespace atonce
