#include "atonce/runtime/sim_events.h"

namespace atonce {

SimEvent& SimEvents::add(Instant at, void (*happen)(SimEvent&), Ties ties) {
  if (spare_.empty()) {
    all_.push_back(std::make_unique<SimEvent>());
    spare_.push_back(all_.back().get());
  }
  SimEvent& event = *spare_.back();
  spare_.pop_back();
  event.at = at;
  event.tie = ties == Ties::shuffled ? dice_.next() : added_++;
  event.happen = happen;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {at, event.tie, &event});
  return event;
}

void SimEvents::remove(SimEvent& event) {
  take_out(event);
  recycle(event);
}

void SimEvents::happen_next() {
  SimEvent& event = *heap_.front().event;
  take_out(event);
  event.happen(event);
  recycle(event);
}

void SimEvents::place(std::size_t position, Entry entry) {
  heap_[position] = entry;
  entry.event->position = static_cast<std::uint32_t>(position);
}

void SimEvents::sift_up(std::size_t position, Entry entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void SimEvents::sift_down(std::size_t position, Entry entry) {
  while (true) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

void SimEvents::take_out(SimEvent& event) {
  const std::size_t position = event.position;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  if (position > 0 && last.before(heap_[(position - 1) / 2])) {
    sift_up(position, last);
  } else {
    sift_down(position, last);
  }
}

void SimEvents::recycle(SimEvent& event) {
  event.subject = nullptr;
  event.operation = nullptr;
  event.flag = false;
  event.bytes.clear();
  spare_.push_back(&event);
}

}  // namespace atonce
