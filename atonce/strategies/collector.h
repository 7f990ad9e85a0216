#pragma once

#include "atonce/strategies/quarantine.h"
#include "atonce/strategies/run.h"

namespace atonce {

/// The one thread of a run that counts and writes: it decides which outcomes settle their target, hands those to the
/// sink, and tells the witness what it sees.
class Collector {
 public:
  /// All of these outlive it. Without `settles`, the workers have settled what they hand over.
  Collector(OutcomeSink& sink, Control& control, Laps& laps, Witness& witness, bool settles, RunResult& result);

  /// Takes everything in `batch`, which is done with then.
  void take(Batch& batch);
  /// Everything handed on so far reaches its file.
  void flush();

  /// Settles the silences that were held back and are vouched for by now.
  void release(Instant now);
  bool holds_back() const { return quarantine_.size() > 0; }

  /// What nobody will try again in this session.
  void give_up(std::uint64_t unsettled);

 private:
  void settle(Outcome& outcome);
  void keep(const Outcome& outcome);
  void keep_try(const Outcome& outcome);
  void tell_witness(const Outcome& outcome);
  void drain();
  void note(int error);

  OutcomeSink& sink_;
  Control& control_;
  Laps& laps_;
  Witness& witness_;
  Quarantine quarantine_;
  const bool settles_;
  RunResult& result_;
};

}  // namespace atonce
