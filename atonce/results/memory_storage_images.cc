#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "atonce/results/memory_storage.h"

namespace atonce {
namespace {

/// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
    return mixed ^ (mixed >> 31);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool half() { return (next() & 1) != 0; }

 private:
  std::uint64_t state_;
};

/// How a disk treats what it was not told to sync.
enum class Habit : std::uint8_t { keeps_all, keeps_none, keeps_first, keeps_any };
constexpr std::array all_habits{Habit::keeps_all, Habit::keeps_none, Habit::keeps_first, Habit::keeps_any,
                                Habit::keeps_any};

}  // namespace

/// Makes one disk after one power cut.
class PowerCut {
 public:
  PowerCut(const MemoryStorage& before, std::uint64_t seed, std::size_t position)
      : before_(before), changes_(std::span(before.log_).first(position)), chance_(seed ^ (position * 0x2545'F491)) {}

  std::unique_ptr<MemoryStorage> image() {
    note_syncs();
    base_ = before_.base_;
    base_.files.resize(before_.files_.size());
    for (std::size_t file = 0; file < base_.files.size(); ++file) replay_file(file);
    replay_names();
    auto storage = std::make_unique<MemoryStorage>();
    storage->files_ = base_.files;
    storage->names_ = base_.names;
    storage->directories_ = base_.directories;
    storage->base_ = std::move(base_);
    return storage;
  }

 private:
  using Change = MemoryStorage::Change;
  using Logged = MemoryStorage::Logged;

  static bool is_of_names(Change change) {
    return change == Change::create || change == Change::rename || change == Change::remove ||
           change == Change::make_directory;
  }

  void note_syncs() {
    synced_.assign(before_.files_.size(), 0);
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (changes_[i].change == Change::sync) synced_[changes_[i].file] = i;
      if (changes_[i].change == Change::sync_directory) directories_synced_[changes_[i].text] = i;
    }
  }

  /// Whether the next of several changes that were not synced is there, by the habit of this disk.
  class Fate {
   public:
    Fate(Chance& chance, std::size_t changes)
        : chance_(chance), habit_(all_habits[chance.below(all_habits.size())]), first_(chance.below(changes + 1)) {}
    bool keeps_next() {
      const std::size_t number = number_++;
      switch (habit_) {
        case Habit::keeps_all: return true;
        case Habit::keeps_none: return false;
        case Habit::keeps_first: return number < first_;
        case Habit::keeps_any: return chance_.half();
      }
      return true;
    }

   private:
    Chance& chance_;
    Habit habit_;
    std::size_t first_;
    std::size_t number_ = 0;
  };

  void replay_file(std::size_t file) {
    const auto is_loose = [&](std::size_t i) {
      const Change change = changes_[i].change;
      return changes_[i].file == file && i >= synced_[file] && (change == Change::write || change == Change::truncate);
    };
    std::size_t loose = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) loose += is_loose(i) ? 1 : 0;
    Fate fate(chance_, loose);
    std::string& content = base_.files[file];
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      const Logged& logged = changes_[i];
      if (logged.file != file || (logged.change != Change::write && logged.change != Change::truncate)) continue;
      const bool durable = !is_loose(i);
      const bool kept = durable || fate.keeps_next();
      if (logged.change == Change::write)
        replay_write(content, logged, durable, kept);
      else if (kept)
        content.resize(logged.number);
    }
  }

  void replay_write(std::string& content, const Logged& logged, bool durable, bool kept) {
    const std::size_t end = logged.number + logged.text.size();
    const bool torn = !durable && chance_.below(4) == 0;
    if (!kept && !torn) {
      if (chance_.below(8) == 0) extend(content, end);
      return;
    }
    if (!torn) {
      extend(content, end);
      content.replace(logged.number, logged.text.size(), logged.text);
      return;
    }
    replay_torn(content, logged, chance_.half() ? 512 : 4'096);
  }

  /// Each sector that the write touches is there or not.
  void replay_torn(std::string& content, const Logged& logged, std::size_t sector) {
    const std::size_t end = logged.number + logged.text.size();
    const bool in_order = chance_.half();
    for (std::size_t at = logged.number; at < end;) {
      const std::size_t next = std::min(end, (at / sector + 1) * sector);
      if (chance_.half()) {
        extend(content, next);
        content.replace(at, next - at, logged.text, at - logged.number, next - at);
      } else if (in_order) {
        return;
      }
      at = next;
    }
  }

  /// A gap reads as zeros, or as what the sectors had before they were the file's.
  void extend(std::string& content, std::size_t size) {
    if (size <= content.size()) return;
    const std::size_t begin = content.size();
    content.resize(size);
    if (chance_.half()) return;
    for (std::size_t i = begin; i < size; ++i) content[i] = static_cast<char>(chance_.next());
  }

  bool names_are_durable(std::size_t i) const {
    const auto synced_after = [&](const std::string& name) {
      const auto found = directories_synced_.find(parent_of(name));
      return found != directories_synced_.end() && found->second > i;
    };
    return synced_after(changes_[i].text) || (!changes_[i].to.empty() && synced_after(changes_[i].to));
  }

  void replay_names() {
    std::size_t loose = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i)
      loose += is_of_names(changes_[i].change) && !names_are_durable(i) ? 1 : 0;
    Fate fate(chance_, loose);
    for (std::size_t i = 0; i < changes_.size(); ++i)
      if (is_of_names(changes_[i].change) && (names_are_durable(i) || fate.keeps_next())) replay_name(changes_[i]);
    drop_lost_folders();
  }

  void replay_name(const Logged& logged) {
    const auto erase_own = [&](const std::string& name) {
      const auto found = base_.names.find(name);
      if (found != base_.names.end() && found->second == logged.file) base_.names.erase(found);
    };
    switch (logged.change) {
      case Change::create: base_.names[logged.text] = logged.file; break;
      case Change::rename:
        erase_own(logged.text);
        base_.names[logged.to] = logged.file;
        break;
      case Change::remove: erase_own(logged.text); break;
      case Change::make_directory: base_.directories.insert(logged.text); break;
      default: break;
    }
  }

  bool is_reachable(const std::string& folder) const {
    if (folder == "." || folder == "/") return true;
    return base_.directories.contains(folder) && is_reachable(parent_of(folder));
  }

  void drop_lost_folders() {
    std::erase_if(base_.names, [&](const auto& entry) { return !is_reachable(parent_of(entry.first)); });
    std::set<std::string> reachable;
    for (const std::string& folder : base_.directories)
      if (is_reachable(folder)) reachable.insert(folder);
    base_.directories = std::move(reachable);
  }

  const MemoryStorage& before_;
  std::span<const Logged> changes_;
  Chance chance_;
  std::vector<std::size_t> synced_;
  std::map<std::string, std::size_t> directories_synced_;
  MemoryStorage::Base base_;
};

std::unique_ptr<MemoryStorage> MemoryStorage::after_kill(std::size_t position) const {
  auto storage = std::make_unique<MemoryStorage>();
  storage->files_ = base_.files;
  storage->files_.resize(files_.size());
  storage->names_ = base_.names;
  storage->directories_ = base_.directories;
  for (const Logged& logged : std::span(log_).first(position)) storage->apply(logged);
  storage->base_ = {storage->files_, storage->names_, storage->directories_};
  return storage;
}

std::unique_ptr<MemoryStorage> MemoryStorage::after_power_cut(std::uint64_t seed, std::size_t position) const {
  return PowerCut(*this, seed, position).image();
}

}  // namespace atonce
