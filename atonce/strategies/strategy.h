#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/strategies/outbox.h"
#include "atonce/strategies/sweep.h"

namespace atonce {

/// The workers of a run: threads, or processes and the thread that feeds them.
class Crew {
 public:
  virtual ~Crew() = default;
  /// Waits for the last of them. Rethrows what a worker threw.
  virtual void join() = 0;
  /// How many there are: fewer than were asked for where this machine has no room for more threads or processes.
  virtual unsigned workers() const = 0;
};

/// What a strategy made of its count on this machine, in words where it had to give way.
struct Staffing {
  std::uint32_t workers = 1;       ///< threads, processes or loops
  std::uint32_t window = 1;        ///< jobs in flight, over all of them
  std::string engine;              ///< "ring", "epoll", "blocking"
  std::vector<std::string> notes;  ///< one line each: what was asked for and could not be had
};

/// A row of the family of strategies. They differ in how they wait, never in verdicts.
struct StrategyRow {
  std::string_view name;
  std::string_view help;
  std::string_view count_of;    ///< what the number after the colon counts; empty when there is none
  std::uint32_t count_default;  ///< 0: what the machine allows
  Parsed<Staffing> (*plan)(const Plan& plan, const StrategyChoice& choice);
  std::unique_ptr<Crew> (*start)(Sweep& sweep, Outbox& outbox, const Staffing& staffing);
};

/// The table of strategies.
std::span<const StrategyRow> all_strategies();
const StrategyRow* find_strategy(std::string_view name);

/// Makes `staffing` as small as the limit of descriptors wants, where each worker holds `each` of this process's, and
/// says so in a note. What is then still short is waited for.
void narrow_by_descriptors(Staffing& staffing, std::uint64_t each);

/// Runs `work` on so many threads; each is a worker of the outbox. Where no further thread can be had, those that run
/// are enough; throws where there is none. One file of strategies uses it for loops, the other for blocking.
std::unique_ptr<Crew> start_threads(unsigned count, Outbox& outbox, Control& control,
                                    std::function<void(unsigned)> work);

// One file each.
Parsed<Staffing> plan_sequential(const Plan& plan, const StrategyChoice& choice);
Parsed<Staffing> plan_processes(const Plan& plan, const StrategyChoice& choice);
Parsed<Staffing> plan_threads(const Plan& plan, const StrategyChoice& choice);
Parsed<Staffing> plan_async(const Plan& plan, const StrategyChoice& choice);
std::unique_ptr<Crew> start_blocking_threads(Sweep& sweep, Outbox& outbox, const Staffing& staffing);
std::unique_ptr<Crew> start_processes(Sweep& sweep, Outbox& outbox, const Staffing& staffing);
std::unique_ptr<Crew> start_async(Sweep& sweep, Outbox& outbox, const Staffing& staffing);

}  // namespace atonce
