#include "atonce/jobs/neighbourhood.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <new>

#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// With a window of 10,000 a counter has a seventh of a stranger on average; 64 Ki of them take 256 KiB.
constexpr std::size_t slot_count = 1 << 16;
// What a worker holds at once: all addresses of one host, with room to spare.
constexpr std::size_t notes_of_worker = 32;

constexpr Duration pause_first = std::chrono::milliseconds(2);
constexpr Duration pause_max = std::chrono::milliseconds(50);

using Counters = std::array<std::uint32_t, slot_count>;
using Counter = std::atomic_ref<std::uint32_t>;
using Entry = std::atomic_ref<std::uint64_t>;

/// Counts one more unless `most` are there.
bool take(Counter counter, std::uint32_t most) {
  std::uint32_t seen = counter.load(std::memory_order_relaxed);
  do {
    if (seen >= most) return false;
  } while (!counter.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed));
  return true;
}

/// Both halves of the product of two numbers: what is multiplied cannot be told from it without the key.
std::uint64_t fold(std::uint64_t one, std::uint64_t other) {
  const auto product = static_cast<unsigned __int128>(one) * other;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint16_t hash_of(const std::uint64_t (&key)[2], std::uint64_t high, std::uint64_t low) {
  constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
  return static_cast<std::uint16_t>(fold(fold(high ^ key[0], low ^ key[1] ^ odd) ^ key[1], odd) >> 48);
}

bool is_mapped(const IpAddress& address) {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return address.family == Family::v6 && std::memcmp(address.bytes.data(), prefix.data(), prefix.size()) == 0;
}

}  // namespace

/// Numbers that only atomic_ref touches: they are as the system maps them, all zero, and a run that counts little takes
/// few of these pages.
struct Neighbourhoods::Shared {
  Counters addresses;
  Counters networks;
  /// What each worker holds: the slots of a place and bit 32, or 0.
  std::array<std::array<std::uint64_t, notes_of_worker>, workers_max> ledgers;
};

Neighbourhoods::Neighbourhoods(const PolitenessOptions& options, std::uint64_t seed)
    : per_address_(options.per_address.value_or(PolitenessOptions::per_address_default)),
      per_network_(options.per_network.value_or(PolitenessOptions::per_network_default)),
      key_{seed, ~seed} {
  if (per_address_ == 0 && per_network_ == 0) return;
  if (seed == 0) (void)getentropy(key_, sizeof key_);
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  shared_ = static_cast<Shared*>(memory);
}

Neighbourhoods::~Neighbourhoods() {
  if (shared_ != nullptr) munmap(shared_, sizeof(Shared));
}

Place::Held Neighbourhoods::slots_of(const IpAddress& address) const {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (address.family == Family::v4 || is_mapped(address)) {
    std::uint32_t word = 0;
    std::memcpy(&word, address.bytes.data() + (address.family == Family::v4 ? 0 : 12), sizeof word);
    high = std::uint64_t{1} << 63 | word;
    const std::uint64_t network = high & ~(std::uint64_t{0xff} << 24);
    return {.address = hash_of(key_, high, 4), .network = hash_of(key_, network, 24)};
  }
  std::memcpy(&high, address.bytes.data(), sizeof high);
  std::memcpy(&low, address.bytes.data() + 8, sizeof low);
  return {.address = hash_of(key_, high, low), .network = hash_of(key_, high & 0xffff'ffff'ffff, 48)};
}

Place Neighbourhoods::try_enter(const IpAddress& address) {
  if (shared_ == nullptr) return Place(*this, {});
  Place::Held held = slots_of(address);
  if (per_address_ != 0 && !take(Counter(shared_->addresses[held.address]), per_address_)) return {};
  if (per_network_ != 0 && !take(Counter(shared_->networks[held.network]), per_network_)) {
    if (per_address_ != 0) Counter(shared_->addresses[held.address]).fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  if (worker_ != workers_max) note(held);
  return Place(*this, held);
}

Task<Result<Place>> Neighbourhoods::enter(Io& io, IpAddress address) {
  for (Duration pause = pause_first;; pause = std::min(2 * pause, pause_max)) {
    if (Place place = try_enter(address)) co_return place;
    // Spread, so that those who wait do not come all at once.
    const auto spread = static_cast<std::int64_t>(io.random() % static_cast<std::uint64_t>(pause.count() / 2));
    if (const Result<void> slept = co_await sleep_for(io, pause - Duration(spread)); !slept)
      co_return std::unexpected(slept.error());
  }
}

void Neighbourhoods::become_worker(std::uint32_t worker) { worker_ = std::min(worker, workers_max); }

void Neighbourhoods::note(Place::Held& held) {
  auto& ledger = shared_->ledgers[worker_];
  const std::uint64_t entry = std::uint64_t{1} << 32 | std::uint64_t{held.address} << 16 | held.network;
  for (std::uint32_t i = 0; i < ledger.size(); ++i) {
    const Entry free(ledger[i]);
    if (free.load(std::memory_order_relaxed) != 0) continue;
    free.store(entry, std::memory_order_relaxed);
    held.note = i + 1;
    return;
  }
}

void Neighbourhoods::leave(const Place::Held& held) {
  if (shared_ == nullptr) return;
  // The note first: who dies in between must not have his place given back twice.
  if (held.note != 0) Entry(shared_->ledgers[worker_][held.note - 1]).store(0, std::memory_order_seq_cst);
  if (per_address_ != 0) Counter(shared_->addresses[held.address]).fetch_sub(1, std::memory_order_relaxed);
  if (per_network_ != 0) Counter(shared_->networks[held.network]).fetch_sub(1, std::memory_order_relaxed);
}

void Neighbourhoods::worker_died(std::uint32_t worker) {
  if (shared_ == nullptr || worker >= workers_max) return;
  for (std::uint64_t& entry : shared_->ledgers[worker]) {
    const std::uint64_t held = Entry(entry).exchange(0);
    if (held != 0)
      leave({.address = static_cast<std::uint16_t>(held >> 16), .network = static_cast<std::uint16_t>(held)});
  }
}

std::uint32_t Neighbourhoods::at_address(const IpAddress& address) const {
  return shared_ == nullptr ? 0 : Counter(shared_->addresses[slots_of(address).address]).load();
}

std::uint32_t Neighbourhoods::in_network(const IpAddress& address) const {
  return shared_ == nullptr ? 0 : Counter(shared_->networks[slots_of(address).network]).load();
}

}  // namespace atonce
