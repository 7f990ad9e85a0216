#include "atonce/runtime/sim_burst_loss.h"

#include <cmath>

namespace atonce {
namespace {

// A connect gives up after 131 s; nobody asks for what was before.
constexpr Duration remembered = std::chrono::seconds(300);

}  // namespace

Duration SimBurstLoss::draw(Duration mean) {
  const double uniform = static_cast<double>((dice_.next() >> 11) + 1) * 0x1p-53;
  return Duration(std::llround(-std::log(uniform) * static_cast<double>(mean.count()))) + Duration(1);
}

void SimBurstLoss::know_until(Instant at) {
  while (known_until_ <= at) {
    const Instant turns_bad = known_until_ + draw(rule_.good_mean);
    known_until_ = turns_bad + draw(rule_.bad_mean);
    bad_.push_back({turns_bad, known_until_});
  }
  while (!bad_.empty() && bad_.front().until + remembered < at) bad_.pop_front();
}

bool SimBurstLoss::bad_between(Instant first, Instant last) {
  know_until(last);
  for (auto stretch = bad_.rbegin(); stretch != bad_.rend() && stretch->until > first; ++stretch)
    if (stretch->overlaps(first, last)) return true;
  return false;
}

bool SimBurstLoss::loses(Instant at) { return dice_.chance(bad_between(at, at) ? rule_.loss_bad : rule_.loss_good); }

}  // namespace atonce
