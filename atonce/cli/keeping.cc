#include "atonce/cli/keeping.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "atonce/cli/complain.h"
#include "atonce/cli/kept_run.h"
#include "atonce/protocols/url/url.h"
#include "atonce/strategies/target_source.h"

namespace atonce {
namespace {

// A handful of targets on the command line is asked again sooner than a folder is found again.
constexpr std::uint64_t targets_worth_keeping = 1'000;

class EarlierSessions final : public Resumption {
 public:
  explicit EarlierSessions(const Recovery& recovery) : recovery_(recovery) {}
  bool is_settled(std::uint64_t index) const override { return recovery_.settled().has(index); }
  bool has_failed(std::uint64_t index) const override { return recovery_.failed().has(index); }
  std::optional<Outcome> unsettled(std::uint64_t index) const override {
    const auto found = recovery_.tried().find(index);
    return found == recovery_.tried().end() ? std::nullopt : std::optional(found->second);
  }
  const Tally& tally() const override { return recovery_.tally(); }

 private:
  const Recovery& recovery_;
};

/// The list is a file that can be read a second time.
bool is_rereadable(const InputOptions& input) {
  struct stat status{};
  if (!input.targets.empty() || input.is_generated()) return true;
  return input.list != "-" && stat(input.list.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Parsed<bool> is_worth_keeping(const Plan& plan) {
  if (plan.run.none || plan.dry_run) return false;
  if (!plan.run.path.empty() || plan.run.resume) return true;
  if (!is_rereadable(plan.input)) return false;
  if (plan.input.targets.empty() && plan.input.kind != TargetKind::batch) return true;
  const auto list = open_targets(plan.input);
  if (!list) return std::unexpected(list.error());
  return (*list)->target_count().value_or(targets_worth_keeping) >= targets_worth_keeping;
}

}  // namespace

Parsed<std::unique_ptr<Keeping>> Keeping::open(const Invocation& invocation, Plan& plan) {
  const Parsed<bool> wanted = is_worth_keeping(plan);
  if (!wanted) return std::unexpected(wanted.error());
  std::unique_ptr<Keeping> run;
  if (!*wanted) return run;
  auto faults = parse_storage_faults(plan.fault);
  if (!faults) return std::unexpected(faults.error());
  run.reset(new Keeping);
  run->disk_ = disk_storage();
  run->storage_ = run->disk_.get();
  if (faults->faults.any()) {
    run->faulty_ = std::make_unique<FaultyStorage>(*run->disk_, std::move(faults->faults));
    run->storage_ = run->faulty_.get();
  }
  const bool asked_for = !plan.run.path.empty() || plan.run.resume;
  const Parsed<void> opened = plan.run.resume ? run->find_folder(invocation, plan) : run->plan_folder(invocation, plan);
  if (opened) return run;
  if (asked_for) return std::unexpected(opened.error());
  remark({fmt::format("this run is not kept: {}", opened.error().text)});
  plan.run.path.clear();
  plan.run.none = true;
  return nullptr;
}

Parsed<void> Keeping::plan_folder(const Invocation& invocation, Plan& plan) {
  for (const std::string& target : plan.input.targets)
    if (redact(target) != target)
      return complain(
          "a run folder keeps its targets, and one of them has a password: put such URLs into a list, use --user, or "
          "say --no-run");
  if (plan.run.path.empty()) {
    const auto runs = default_runs_folder();
    if (!runs) return std::unexpected(runs.error());
    plan.run.path = new_run_path(*runs);
    if (const int error = storage_->make_directories(*runs); error != 0)
      return complain_of(error, fmt::format("{}: {}", *runs, std::strerror(error)));
  }
  if (!is_rereadable(plan.input))
    if (auto adopted = adopt_list(plan); !adopted) return adopted;
  const auto places = output_places(plan);
  const bool named_twice = places.size() == 1 && !has_stream_output(plan) &&
                           plan.output.format != ResultFormat::jsonl && plan.output.path != "-";
  if (named_twice)
    return complain(
        fmt::format("{} is where the run itself keeps its JSON lines; choose another name for -o", plan.output.path));
  Parsed<InputMark> mark = mark_input(plan.input);
  if (!mark) return std::unexpected(mark.error());
  manifest_ = make_manifest(plan, std::move(*mark), invocation.words);
  return {};
}

/// A list that can be read only once is copied into the folder first.
Parsed<void> Keeping::adopt_list(Plan& plan) {
  if (auto made = make_folder(plan.run.path); !made) return made;
  const bool standard = plan.input.list == "-";
  const int list = standard ? STDIN_FILENO : ::open(plan.input.list.c_str(), O_RDONLY | O_CLOEXEC);
  if (list < 0) return complain(fmt::format("the list {} cannot be read: {}", plan.input.list, std::strerror(errno)));
  const auto copy = folder_->adopt_input(list);
  if (!standard) close(list);
  if (!copy) return std::unexpected(copy.error());
  plan.input.list = *copy;
  return {};
}

Parsed<void> Keeping::make_folder(const std::string& path) {
  Parsed<RunFolder> folder = RunFolder::create(*storage_, path);
  if (!folder) return std::unexpected(folder.error());
  folder_.emplace(std::move(*folder));
  return {};
}

Parsed<void> Keeping::find_folder(const Invocation& invocation, Plan& plan) {
  if (plan.run.path.empty()) {
    auto latest = latest_run_of(*storage_, invocation.words);
    if (!latest) return std::unexpected(latest.error());
    plan.run.path = *latest;
  }
  const Parsed<RunFolder> folder = RunFolder::look(*storage_, plan.run.path);
  if (!folder) return std::unexpected(folder.error());
  const Manifest& manifest = folder->manifest();
  if (plan.input.targets.empty() && plan.input.list == "-") plan.input.list = manifest.input.path;
  const Parsed<InputMark> mark = mark_input(plan.input);
  if (!mark) return std::unexpected(mark.error());
  if (auto same = check_same_input(manifest, *mark); !same) return same;
  if (auto same = check_same_plan(manifest, plan); !same) return same;
  plan.seed = plan.input.files.seed = manifest.seed;
  return {};
}

Parsed<void> Keeping::begin(const Plan& plan) {
  if (manifest_) {
    if (!folder_)
      if (auto made = make_folder(plan.run.path); !made) return made;
    return folder_->begin(std::move(*manifest_));
  }
  Parsed<RunFolder> folder = RunFolder::open(*storage_, plan.run.path);
  if (!folder) return std::unexpected(folder.error());
  folder_.emplace(std::move(*folder));
  auto recovery = Recovery::open(*folder_, plan);
  if (!recovery) return std::unexpected(recovery.error());
  recovery_ = std::move(*recovery);
  resumption_ = std::make_unique<EarlierSessions>(*recovery_);
  return {};
}

Parsed<void> Keeping::show_list(TargetList& list) {
  int error = 0;
  const Parsed<void> shown = for_each_target(list, [&](const Target& target) {
    error = recovery_->offer(target);
    return error == 0;
  });
  if (error != 0) return complain_of(error, fmt::format("making rows anew in {}: {}", path(), std::strerror(error)));
  return shown;
}

Parsed<void> Keeping::carry_on(const Plan& plan) {
  auto keeper = recovery_ ? recovery_->carry_on() : Keeper::start(*folder_, plan);
  if (!keeper) return std::unexpected(keeper.error());
  keeper_ = std::move(*keeper);
  return {};
}

}  // namespace atonce
