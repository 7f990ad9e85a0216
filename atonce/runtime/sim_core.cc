#include "atonce/runtime/sim_core.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace atonce {

std::size_t EndpointHash::operator()(const IpAddress& address) const {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes.data(), 8);
  std::memcpy(&low, address.bytes.data() + 8, 8);
  return SimRandom::mix(high ^ SimRandom::mix(low + static_cast<std::uint8_t>(address.family)));
}

std::size_t EndpointHash::operator()(const Endpoint& endpoint) const {
  return SimRandom::mix((*this)(endpoint.address) + endpoint.port);
}

void give_up(Seed seed, Instant now, std::string_view complaint) {
  std::fprintf(stderr, "SimIo: %.*s (seed %llu, virtual time %.9f s)\n", static_cast<int>(complaint.size()),
               complaint.data(), static_cast<unsigned long long>(seed.value), seconds(now.time_since_epoch()));
  std::abort();
}

SimCore::SimCore(Seed from, SimEvents::Ties ties) : seed(from), dice(from, 1), events(SimRandom(from, 2), ties) {}

SimCore::~SimCore() {
  while (things_ != nullptr) delete things_;
}

SimThing::SimThing(SimCore& core) : core_(core), next_(core.things_) {
  if (next_ != nullptr) next_->previous_ = this;
  core.things_ = this;
}

SimThing::~SimThing() {
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    core_.things_ = next_;
  }
}

std::int32_t SimCore::open_handle(SimSocket& socket) {
  if (!descriptor_left()) return -EMFILE;
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_slots_.back();
  free_slots_.pop_back();
  slots_[index].socket = &socket;
  ++open_handles;
  return static_cast<std::int32_t>(index | std::uint32_t{slots_[index].generation} << slot_bits);
}

SimSocket* SimCore::find_socket(Handle handle) {
  const auto value = static_cast<std::uint32_t>(handle.value);
  const std::uint32_t index = value & ((1U << slot_bits) - 1);
  if (index >= slots_.size() || slots_[index].generation != value >> slot_bits) return nullptr;
  return slots_[index].socket;
}

SimSocket& SimCore::socket(Handle handle) {
  SimSocket* const found = find_socket(handle);
  if (found == nullptr) give_up(seed, now, "a handle was used that is not open");
  return *found;
}

void SimCore::release_handle(Handle handle) {
  const std::uint32_t index = static_cast<std::uint32_t>(handle.value) & ((1U << slot_bits) - 1);
  slots_[index].socket = nullptr;
  slots_[index].generation = (slots_[index].generation + 1) & 0x7F;
  free_slots_.push_back(index);
  --open_handles;
}

const HostRule& SimCore::rule_of(const IpAddress& address) {
  if (!hosts.empty())
    if (const auto known = hosts.find(address); known != hosts.end()) return known->second;
  if (default_host) {
    computed_ = default_host(address);
  } else {
    computed_ = HostRule();
  }
  return computed_;
}

IpAddress SimCore::source_for(const IpAddress& peer) const {
  // RFC 2544 and RFC 3849 keep these for tests and for documentation.
  constexpr std::uint32_t ours_v4 = 198 << 24 | 18 << 16 | 1;
  constexpr IpAddress ours_v6{.bytes = {0x20, 0x01, 0x0D, 0xB8, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                              .family = Family::v6};
  if (peer.is_loopback()) return peer;
  return peer.family == Family::v4 ? IpAddress::v4(ours_v4) : ours_v6;
}

bool SimCore::is_ours(const IpAddress& address) const {
  return address.is_loopback() || address == source_for(address);
}

}  // namespace atonce
