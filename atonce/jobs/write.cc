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
// Groups of one loop that are written at once. Where nothing waits, the loop has its core while its one group is over,
// and a second would take that core from the first. Whoever waits for a disk can wait for several at once.
constexpr std::uint32_t groups_at_once = 1;
constexpr std::uint32_t groups_at_once_waiting = 4;
// A file that takes so long is waited for: with nothing to wait for it takes a fiftieth.
constexpr Duration file_waited_for = std::chrono::microseconds(500);

class WriteJob final : public Job {
 public:
  WriteJob(Io& io, const WriteSetting& setting, std::uint32_t window) : io_(io), setting_(setting) {
    if (window > 1) grouping_.targets = group_max;
    tell_waiting(setting.options.sync == SyncChoice::file);
  }

  Grouping grouping() const override { return grouping_; }

  Task<void> run(Outcome& outcome) override { return run_group({&outcome, 1}); }

  Task<void> run_group(std::span<Outcome> group) override {
    for (Outcome& outcome : group) outcome.verdict = Verdict::unfinished;
    std::unique_ptr<TreeWriter> writer = take_writer();
    const Instant began = io_.now();
    // What never began stays unfinished.
    (void)co_await offload(io_, [&writer, group] {
      writer->write(group);
      return 0;
    });
    idle_.push_back(std::move(writer));
    tell_waiting(io_.now() - began > file_waited_for * static_cast<std::int64_t>(group.size()));
  }

 private:
  void tell_waiting(bool waiting) { grouping_.groups = waiting ? groups_at_once_waiting : groups_at_once; }

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
