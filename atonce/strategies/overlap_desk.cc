#include "atonce/strategies/overlap_desk.h"

#include <sys/mman.h>

#include <algorithm>

#include "atonce/runtime/scope.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// As soon as a person sees it.
constexpr Duration stop_noticed = std::chrono::milliseconds(50);

Task<void> cancel_when_stopped(Io& io, Scope& scope, const std::atomic<int>& stop) {
  while (co_await sleep_for(io, stop_noticed))
    if (stop.load(std::memory_order_relaxed) != 0) scope.cancel();
}

}  // namespace

OverlapDesk::OverlapDesk(std::uint32_t asks, std::vector<std::unique_ptr<Work>> works, const OverlapSetting& setting,
                         const FaultPlan& faults)
    : ask_count_(asks), works_(std::move(works)), setting_(setting), faults_(faults) {
  static_assert(alignof(Shared) >= alignof(AskedNumber) && alignof(AskedNumber) >= alignof(ComputedPart));
  bytes_ = sizeof(Shared) + asks * sizeof(AskedNumber) + works_.size() * sizeof(ComputedPart);
  memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory_ == MAP_FAILED) throw std::bad_alloc();
  shared_ = new (memory_) Shared;
  void* const behind = shared_ + 1;
  asks_ = new (behind) AskedNumber[asks];
  void* const last = asks_ + asks;
  parts_ = new (last) ComputedPart[works_.size()];
  set_order(Order::questions_first);
}

OverlapDesk::~OverlapDesk() { ::munmap(memory_, bytes_); }

void OverlapDesk::set_order(Order order) {
  items_.clear();
  const std::size_t most = std::max(ask_count_, works_.size());
  for (std::uint32_t i = 0; i < most; ++i) {
    if (i < ask_count_) items_.push_back({.is_part = false, .number = i});
    if (i < works_.size()) items_.push_back({.is_part = true, .number = i});
  }
  if (order == Order::questions_first)
    std::ranges::sort(items_, {}, [](OverlapItem item) { return std::pair(item.is_part, item.number); });
}

std::optional<OverlapItem> OverlapDesk::claim() {
  const std::size_t index = shared_->next.fetch_add(1);
  if (index >= items_.size() || setting_.stop.load(std::memory_order_relaxed) != 0) return std::nullopt;
  return items_[index];
}

Task<void> OverlapDesk::run_one(Io& io, Limiter& places, OverlapItem item) {
  if (item.is_part) {
    co_await compute(io, setting_, item.number, *works_[item.number], parts_[item.number]);
  } else if (const Result<Permit> place = co_await places.acquire()) {
    co_await ask_number(io, setting_, item.number, asks_[item.number]);
  }
}

Task<void> OverlapDesk::run(Io& io, std::span<const OverlapItem> items) {
  co_await with_scope(io, [&](Scope& watched) -> Task<void> {
    watched.start(cancel_when_stopped, std::ref(io), std::ref(watched), std::cref(setting_.stop));
    Limiter places(io, window);
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (const OverlapItem item : items)
        scope.start(&OverlapDesk::run_one, this, std::ref(io), std::ref(places), item);
      co_return;
    });
    watched.cancel();
  });
}

void OverlapDesk::note_lateness(Duration late) {
  std::int64_t seen = shared_->lateness_ns.load();
  while (seen < late.count() && !shared_->lateness_ns.compare_exchange_weak(seen, late.count())) {
  }
}

}  // namespace atonce
