#include "atonce/world/tun_counters.h"

#include <sys/mman.h>

#include <new>

namespace atonce {

TunCounters TunCounters::create() {
  TunCounters counters;
  void* memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return counters;
  counters.page_ = std::shared_ptr<Page>(new (memory) Page, [](Page* page) { ::munmap(page, sizeof(Page)); });
  return counters;
}

TunCounts TunCounters::read() const {
  if (!page_) return {};
  const auto value = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
  return {value(page_->packets_in),  value(page_->packets_out),      value(page_->syns_open), value(page_->syns_closed),
          value(page_->syns_silent), value(page_->syns_unreachable), value(page_->lost),      value(page_->overflow)};
}

}  // namespace atonce
