#include "atonce/jobs/write.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "atonce/jobs/files/tree_writer.h"
#include "atonce/model/escape.h"
#include "atonce/runtime/offload.h"

namespace atonce {
namespace {

// As many as go to one folder in a row: two threads then have two folders, and not one lock.
constexpr std::size_t group_max = FileMaker::files_in_a_row;
// Pieces of work of one loop that its threads have at once: with one more, a thread never waits for its next.
constexpr std::uint32_t groups_at_once = 2;
// A disk that is waited for takes more at once.
constexpr std::uint32_t groups_at_once_with_sync = 4;

class WriteJob final : public Job {
 public:
  WriteJob(Io& io, const WriteSetting& setting, std::uint32_t window) : io_(io), setting_(setting) {
    if (window == 1) return;
    const bool waits = setting.options.sync == SyncChoice::file;
    grouping_ = {.targets = group_max, .groups = waits ? groups_at_once_with_sync : groups_at_once};
  }

  Grouping grouping() const override { return grouping_; }

  Task<void> run(Outcome& outcome) override { return run_group({&outcome, 1}); }

  Task<void> run_group(std::span<Outcome> group) override {
    for (Outcome& outcome : group) outcome.verdict = Verdict::unfinished;
    std::unique_ptr<TreeWriter> writer = take_writer();
    // What never began stays unfinished.
    (void)co_await offload(io_, [&writer, group] {
      writer->write(group);
      return 0;
    });
    idle_.push_back(std::move(writer));
  }

 private:
  std::unique_ptr<TreeWriter> take_writer() {
    if (idle_.empty()) return std::make_unique<TreeWriter>(setting_);
    std::unique_ptr<TreeWriter> writer = std::move(idle_.back());
    idle_.pop_back();
    return writer;
  }

  Io& io_;
  const WriteSetting& setting_;
  Grouping grouping_;
  std::vector<std::unique_ptr<TreeWriter>> idle_;
};

}  // namespace

Parsed<void> check_write(const Plan& plan) { return WriteSetting::check(plan); }

Task<void> with_write(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body) {
  const Parsed<WriteSetting> opened = WriteSetting::open(setting.plan);
  if (!opened) throw std::runtime_error(opened.error().text);
  WriteJob job(io, *opened, window);
  co_await body(job);
}

Parsed<void> sync_written(const Plan& plan) {
  const OwnedDescriptor folder(::open(plan.write.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && syncfs(folder.get()) == 0) return {};
  return complain_of(errno,
                     fmt::format("the files in \"{}\" may not be on the disk: {}; write them once more, elsewhere",
                                 escape_for_terminal(plan.write.folder), std::strerror(errno)));
}

}  // namespace atonce
