#include "atonce/results/ordered_sink.h"

#include <algorithm>
#include <vector>

namespace atonce {

int OrderedSink::add(const Outcome& outcome) {
  if (outcome.target.index > next_) {
    held_.insert_or_assign(outcome.target.index, outcome);
    return 0;
  }
  next_ = std::max(next_, outcome.target.index + 1);
  if (const int error = inner_.add(outcome)) return error;
  return hand_on_run();
}

int OrderedSink::hand_on_run() {
  for (auto found = held_.find(next_); found != held_.end(); found = held_.find(next_)) {
    ++next_;
    const int error = inner_.add(found->second);
    held_.erase(found);
    if (error != 0) return error;
  }
  return 0;
}

int OrderedSink::release() {
  std::vector<std::uint64_t> indexes;
  for (const auto& [index, outcome] : held_) indexes.push_back(index);
  std::ranges::sort(indexes);
  for (const std::uint64_t index : indexes) {
    next_ = index;
    if (const int error = hand_on_run()) return error;
  }
  return inner_.flush();
}

}  // namespace atonce
