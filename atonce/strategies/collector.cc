#include "atonce/strategies/collector.h"

namespace atonce {

Collector::Collector(OutcomeSink& sink, Control& control, Laps& laps, Witness& witness, bool settles, RunResult& result)
    : sink_(sink),
      control_(control),
      laps_(laps),
      witness_(witness),
      quarantine_(control.conditions),
      settles_(settles),
      result_(result) {}

void Collector::take(Batch& batch) {
  for (const Target& target : batch.started)
    if (result_.sink_error == 0) sink_.start(target);
  for (const Outcome& tried : batch.tried) keep_try(tried);
  for (Outcome& outcome : batch.outcomes) {
    tell_witness(outcome);
    const bool is_final = outcome.target.batch != 0;  // In the order of its batch, and never asked again.
    if (!settles_ || is_final || !quarantine_.take(outcome)) settle(outcome);
  }
}

void Collector::flush() {
  if (result_.sink_error == 0) note(sink_.flush());
}

void Collector::release(Instant now) {
  while (std::optional<Outcome> outcome = quarantine_.release(now, control_.stopping())) settle(*outcome);
}

void Collector::give_up(std::uint64_t unsettled) {
  result_.tally.by_verdict[static_cast<std::size_t>(Verdict::unfinished)] += unsettled;
}

void Collector::settle(Outcome& outcome) {
  if (!settles_ || laps_.settle(outcome)) {
    keep(outcome);
  } else {
    keep_try(outcome);
    note(laps_.error());
  }
}

void Collector::keep(const Outcome& outcome) {
  result_.tally.add(outcome);
  if (outcome.verdict == Verdict::no_space) drain();  // What comes next would find no room either.
  if (is_left_over(outcome.verdict)) return;          // Not an answer: a run that carries on asks again.
  if (result_.sink_error == 0) note(sink_.add(outcome));
  if (result_.sink_error != 0) ++result_.rows_unwritten;
}

void Collector::keep_try(const Outcome& outcome) {
  if (result_.sink_error == 0) note(sink_.tried(outcome));
}

void Collector::tell_witness(const Outcome& outcome) {
  // After a redirect, addresses and lookups are those of another host.
  if (outcome.exchange && !outcome.exchange->redirects.empty()) return;
  const bool open = is_success(outcome.verdict) && outcome.connected != Instant{};
  if (outcome.address && (open || outcome.verdict == Verdict::closed))
    witness_.saw_answer({outcome.address, outcome.target.port}, open, outcome.connected);
  if (outcome.target.address) return;
  const Instant answered = outcome.resolved != Instant{} ? outcome.resolved : outcome.finished;
  switch (outcome.verdict) {
    case Verdict::dns_timeout: witness_.saw_dns(false, outcome.finished); break;
    case Verdict::no_name:
    case Verdict::no_address: witness_.saw_dns(true, answered, outcome.target.host); break;
    // What the resolver says of itself may take it long, and so is no name to ask it for again.
    case Verdict::dns_failure:
    case Verdict::dns_refused:
    case Verdict::dns_invalid: witness_.saw_dns(true, answered); break;
    default:
      if (outcome.resolved != Instant{}) witness_.saw_dns(true, answered, outcome.target.host);
  }
}

/// Starts nothing more; what is under way ends.
void Collector::drain() {
  int going = Control::go;
  control_.stop.compare_exchange_strong(going, Control::drain);
}

void Collector::note(int error) {
  if (error == 0 || result_.sink_error != 0) return;
  result_.sink_error = error;
  control_.stop.store(Control::cancel);
}

}  // namespace atonce
