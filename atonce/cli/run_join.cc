#include "atonce/cli/run_join.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "atonce/model/exchange_codec.h"
#include "atonce/strategies/siphash.h"

namespace atonce {
namespace {

constexpr std::uint32_t unsure_bit = 1 << 8;
constexpr std::uint32_t flapped_bit = 1 << 9;
constexpr std::uint32_t known_bit = 1 << 10;
constexpr unsigned status_shift = 16;

/// "example.com:443", "https://example.com/"; for a line that is no target, the line itself, so that it is compared
/// with its like.
void write_key(const Target& target, std::string& key) {
  key.clear();
  if (!target.valid())
    fmt::format_to(std::back_inserter(key), "? {}", target.input);
  else if (!target.url.empty())
    key = target.url;
  else if (is_file(target))
    key = target.host;
  else if (target.address)
    key = write_endpoint({target.address, target.port});
  else
    fmt::format_to(std::back_inserter(key), "{}:{}", target.host, target.port);
}

/// A target of a pass.
struct Place {
  std::array<std::uint64_t, 2> fingerprint;
  std::uint64_t index;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A change that will be told, once the name of its target is known.
struct Found {
  std::uint64_t index;  ///< in the later list
  Change change;
  RunVerdict before, after;
};

class Join {
 public:
  Join(const KeptRunFolder& before, const RunVerdicts& before_verdicts, const KeptRunFolder& after,
       const RunVerdicts& after_verdicts, const JoinLimits& limits)
      : before_(before),
        after_(after),
        before_verdicts_(before_verdicts),
        after_verdicts_(after_verdicts),
        limits_(limits) {
    // Whoever wrote the lists cannot aim at a fingerprint.
    if (getrandom(key_.data(), sizeof key_, 0) != sizeof key_) key_ = {1, 2};
  }

  Parsed<RunDiff> run() {
    diff_.before = before_.folder.path();
    diff_.after = after_.folder.path();
    for (const RunVerdicts* verdicts : {&before_verdicts_, &after_verdicts_}) {
      diff_.noise.tried_again += verdicts->noise().tried_again;
      diff_.noise.overturned += verdicts->noise().overturned;
    }
    for (std::uint64_t part = 0; part < parts_;) {
      Parsed<bool> fitted = read_part(before_, part, before_places_);
      if (fitted && *fitted) fitted = read_part(after_, part, after_places_);
      if (!fitted) return std::unexpected(fitted.error());
      if (!*fitted && part > 0) return complain("the lists grew while they were compared");
      if (!*fitted) {
        parts_ *= 2;
        continue;
      }
      merge();
      ++part;
    }
    if (const auto named = name_changes(); !named) return std::unexpected(named.error());
    return std::move(diff_);
  }

 private:
  /// False when the part has too many targets for one pass.
  Parsed<bool> read_part(const KeptRunFolder& run, std::uint64_t part, std::vector<Place>& places) {
    places.clear();
    auto list = open_list_of(run);
    if (!list) return std::unexpected(list.error());
    std::string key;
    // Room for chance: the parts are not all of one size.
    const std::size_t places_max = limits_.targets_per_pass + (part > 0 ? limits_.targets_per_pass / 4 + 64 : 0);
    bool fits = true;
    const Parsed<void> read = for_each_target(**list, [&](const Target& target) {
      write_key(target, key);
      const auto fingerprint = siphash_128(key_, key);
      if (fingerprint[0] % parts_ != part) return true;
      places.push_back({fingerprint, target.index});
      return fits = places.size() <= places_max;
    });
    if (!read) return std::unexpected(read.error());
    std::ranges::sort(places);
    return fits;
  }

  void merge() {
    std::size_t i = 0, j = 0;
    while (i < before_places_.size() && j < after_places_.size()) {
      const auto order = before_places_[i].fingerprint <=> after_places_[j].fingerprint;
      if (order < 0) {
        ++diff_.only_before;
        ++i;
      } else if (order > 0) {
        ++diff_.only_after;
        ++j;
      } else {
        compare(before_places_[i++].index, after_places_[j++].index);
      }
    }
    diff_.only_before += before_places_.size() - i;
    diff_.only_after += after_places_.size() - j;
  }

  void compare(std::uint64_t before_index, std::uint64_t after_index) {
    const RunVerdict was = before_verdicts_.of(before_index), is = after_verdicts_.of(after_index);
    const std::optional<Change> change = diff_.add(was, is);
    if (!change) return;
    if (found_.size() < limits_.changes_told_max)
      found_.push_back({after_index, *change, was, is});
    else
      ++diff_.untold;
  }

  /// In the order of the later list.
  Parsed<void> name_changes() {
    if (found_.empty()) return {};
    std::ranges::sort(found_, {}, &Found::index);
    auto list = open_list_of(after_);
    if (!list) return std::unexpected(list.error());
    auto next = found_.begin();
    std::string key;
    return for_each_target(**list, [&](const Target& target) {
      if (target.index != next->index) return true;
      write_key(target, key);
      const auto& [index, change, before, after] = *next;
      diff_.changes.push_back({key, change, before.verdict, after.verdict, before.status_code, after.status_code});
      return ++next != found_.end();
    });
  }

  const KeptRunFolder& before_;
  const KeptRunFolder& after_;
  const RunVerdicts& before_verdicts_;
  const RunVerdicts& after_verdicts_;
  const JoinLimits& limits_;
  SipKey key_{};
  std::uint64_t parts_ = 1;
  std::vector<Place> before_places_, after_places_;
  std::vector<Found> found_;
  RunDiff diff_;
};

}  // namespace

void RunVerdicts::entry(const JournalEntry& entry) {
  if (entry.kind != EntryKind::final || entry.index >= SettledSet::index_max || !settled_.insert(entry.index)) return;
  if (entry.lap > 1) ++noise_.tried_again;
  if (entry.overturned) ++noise_.overturned;
  if (entry.index >= packed_.size()) packed_.resize(entry.index + 1);
  std::string_view bytes = entry.exchange;
  const bool has_status = !bytes.empty() && read_exchange(bytes, exchange_);
  packed_[entry.index] = static_cast<std::uint32_t>(entry.verdict) | known_bit |
                         (entry.doubts.any() ? unsure_bit : 0u) | (entry.overturned ? flapped_bit : 0u) |
                         (has_status ? std::uint32_t{exchange_.status_code} << status_shift : 0u);
}

RunVerdict RunVerdicts::of(std::uint64_t index) const {
  if (index >= packed_.size() || (packed_[index] & known_bit) == 0) return {};
  const std::uint32_t packed = packed_[index];
  return {.verdict = static_cast<Verdict>(packed & 0xff),
          .unsure = (packed & unsure_bit) != 0,
          .flapped = (packed & flapped_bit) != 0,
          .status_code = static_cast<std::uint16_t>(packed >> status_shift)};
}

Parsed<RunDiff> join_runs(const KeptRunFolder& before, const RunVerdicts& before_verdicts, const KeptRunFolder& after,
                          const RunVerdicts& after_verdicts, const JoinLimits& limits) {
  return Join(before, before_verdicts, after, after_verdicts, limits).run();
}

}  // namespace atonce
