#include "atonce/cli/kept_outcomes.h"

#include <optional>
#include <vector>

#include "atonce/cli/kept_run.h"

namespace atonce {
namespace {

/// The final records of the targets from `begin` on, as many as there is room for.
class Bite final : public JournalVisitor {
 public:
  Bite(const RunFolder& folder, std::uint64_t size) : folder_(folder), entries_(size) {}

  Parsed<void> load(std::uint64_t begin) {
    begin_ = begin;
    for (auto& entry : entries_) entry.reset();
    const std::string path = folder_.file("journal");
    const JournalReport report = read_journal(folder_.storage(), path, *this);
    if (!report.readable()) return complain_of(report.error, describe(report, path));
    return {};
  }

  bool covers(std::uint64_t index) const { return index >= begin_ && index - begin_ < entries_.size(); }
  const std::optional<JournalEntry>& at(std::uint64_t index) const { return entries_[index - begin_]; }

  void entry(const JournalEntry& entry) override {
    if (entry.kind != EntryKind::final || !covers(entry.index)) return;
    auto& place = entries_[entry.index - begin_];
    if (!place) place = entry;
  }

 private:
  const RunFolder& folder_;
  std::uint64_t begin_ = 0;
  std::vector<std::optional<JournalEntry>> entries_;
};

}  // namespace

Parsed<void> for_each_kept_outcome(const RunFolder& folder, const InputOptions& input,
                                   const std::function<void(const Outcome&)>& take, std::uint64_t bite_size) {
  const auto list = open_targets(input);
  if (!list) return std::unexpected(list.error());
  Bite bite(folder, bite_size);
  Parsed<void> loaded = bite.load(0);
  if (!loaded) return loaded;
  const Parsed<void> read = for_each_target(**list, [&](const Target& target) {
    if (!bite.covers(target.index)) loaded = bite.load(target.index);
    if (!loaded) return false;
    Outcome outcome;
    if (const auto& entry = bite.at(target.index)) restore(*entry, outcome);
    outcome.target = target;
    take(outcome);
    return true;
  });
  return loaded ? read : loaded;
}

}  // namespace atonce
