#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/dns/message.h"

namespace atonce {

/// What servers said lately: addresses, that there are none, or that the name does not exist. Bounded: when it is full,
/// an entry that was not looked at since the hand of the clock last passed makes room.
class AnswerCache {
 public:
  /// An answer is not kept longer, whatever its TTL: RFC 8767 4 advises a bound of days, RFC 2308 5 hours for a
  /// negative.
  static constexpr std::uint32_t ttl_s_max = 86'400;
  static constexpr std::uint32_t negative_ttl_s_max = 10'800;

  /// Zero entries: nothing is kept.
  explicit AnswerCache(std::size_t entries_max);

  /// What is known and still holds at `now`; valid until the next call of `put`.
  const Lookup* find(std::string_view name, RecordType type, Instant now);

  /// Keeps `answer` for `ttl_s`; not at all when that is zero.
  void put(std::string_view name, RecordType type, const Lookup& answer, std::uint32_t ttl_s, Instant now);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    Lookup answer;
    Instant expires{};
    std::size_t hash = 0;
    std::uint32_t next = none;
    RecordType type = RecordType::a;
    bool looked_at = false;
  };
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  std::uint32_t& chain_of(std::size_t hash) { return chains_[hash & (chains_.size() - 1)]; }
  std::uint32_t index_of(std::string_view name, RecordType type, std::size_t hash);
  std::uint32_t place_for_new(Instant now);
  void widen();

  std::size_t entries_max_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> chains_;
  std::uint32_t hand_ = 0;
};

/// A hash of a name and a type, for tables of questions.
std::size_t hash_question(std::string_view name, RecordType type);

}  // namespace atonce
