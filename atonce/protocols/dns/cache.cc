#include "atonce/protocols/dns/cache.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr std::size_t chains_min = 1'024;

}  // namespace

std::size_t hash_question(std::string_view name, RecordType type) {
  return std::hash<std::string_view>{}(name) ^ (type == RecordType::a ? 0 : 0x9e37'79b9'7f4a'7c15);
}

AnswerCache::AnswerCache(std::size_t entries_max)
    : entries_max_(std::min<std::size_t>(entries_max, none - 1)), chains_(chains_min, none) {}

std::uint32_t AnswerCache::index_of(std::string_view name, RecordType type, std::size_t hash) {
  std::uint32_t index = chain_of(hash);
  while (index != none) {
    const Entry& entry = entries_[index];
    if (entry.hash == hash && entry.type == type && entry.name == name) break;
    index = entry.next;
  }
  return index;
}

const Lookup* AnswerCache::find(std::string_view name, RecordType type, Instant now) {
  const std::uint32_t index = index_of(name, type, hash_question(name, type));
  if (index == none || entries_[index].expires <= now) return nullptr;
  entries_[index].looked_at = true;
  return &entries_[index].answer;
}

void AnswerCache::put(std::string_view name, RecordType type, const Lookup& answer, std::uint32_t ttl_s, Instant now) {
  ttl_s = std::min(ttl_s, answer ? ttl_s_max : negative_ttl_s_max);
  if (ttl_s == 0 || entries_max_ == 0) return;
  const std::size_t hash = hash_question(name, type);
  std::uint32_t index = index_of(name, type, hash);
  if (index == none) {
    index = place_for_new(now);
    Entry& entry = entries_[index];
    entry.name = name;
    entry.type = type;
    entry.hash = hash;
    entry.next = std::exchange(chain_of(hash), index);
  }
  Entry& entry = entries_[index];
  entry.answer = answer;
  entry.expires = now + std::chrono::seconds(ttl_s);
  entry.looked_at = false;
}

std::uint32_t AnswerCache::place_for_new(Instant now) {
  if (entries_.size() < entries_max_) {
    // Most lookups find nothing; in short chains they mostly look at no entry.
    if (entries_.size() * 4 >= chains_.size()) widen();
    entries_.emplace_back();
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  while (true) {
    const std::uint32_t index = hand_;
    hand_ = (hand_ + 1) % static_cast<std::uint32_t>(entries_.size());
    Entry& entry = entries_[index];
    if (std::exchange(entry.looked_at, false) && entry.expires > now) continue;
    std::uint32_t* link = &chain_of(entry.hash);
    while (*link != index) link = &entries_[*link].next;
    *link = entry.next;
    return index;
  }
}

void AnswerCache::widen() {
  chains_.assign(chains_.size() * 2, none);
  for (std::uint32_t index = 0; index < entries_.size(); ++index)
    entries_[index].next = std::exchange(chain_of(entries_[index].hash), index);
}

}  // namespace atonce
