#include "atonce/jobs/write.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <coroutine>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "atonce/jobs/files/tree_writer.h"
#include "atonce/model/escape.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/offload.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// As many as go to one folder in a row: two threads then have two folders, and not one lock.
constexpr std::size_t group_max = FileMaker::files_in_a_row;
// Pieces of work of one loop that its threads have at once: with one more, a thread never waits for its next.
constexpr std::uint32_t groups_at_once = 2;
// A disk that is waited for takes more at once.
constexpr std::uint32_t groups_at_once_with_sync = 4;

/// Files that are written as one piece of work. Lives in the frame of the task that leads it; the tasks of the others
/// wait here.
class WriteGroup {
 public:
  explicit WriteGroup(Io& io) : io_(io) { outcomes_.reserve(group_max); }
  WriteGroup(const WriteGroup&) = delete;
  /// Whatever came of it, nobody is left waiting.
  ~WriteGroup() {
    for (const std::coroutine_handle<> waiter : waiting_) io_.schedule(waiter);
  }

  void add(Outcome& outcome) { outcomes_.push_back(&outcome); }
  bool full() const { return outcomes_.size() >= group_max; }
  std::span<Outcome* const> outcomes() const { return outcomes_; }

  /// Until the group is written.
  auto wait() {
    struct Wait {
      WriteGroup& group;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) { group.waiting_.push_back(waiter); }
      void await_resume() const noexcept {}
    };
    return Wait{*this};
  }

 private:
  Io& io_;
  std::vector<Outcome*> outcomes_;
  std::vector<std::coroutine_handle<>> waiting_;
};

class WriteJob final : public Job {
 public:
  WriteJob(Io& io, const WriteSetting& setting, std::uint32_t window)
      : io_(io),
        setting_(setting),
        groups_(window > 1),
        working_(io, setting.options.sync == SyncChoice::file ? groups_at_once_with_sync : groups_at_once) {}

  Task<void> run(Outcome& outcome) override {
    outcome.started = outcome.finished = io_.now();
    outcome.verdict = Verdict::unfinished;
    if (!groups_) {
      Outcome* const alone = &outcome;
      co_await write({&alone, 1});
    } else if (forming_ != nullptr) {
      WriteGroup& group = *forming_;
      group.add(outcome);
      if (group.full()) forming_ = nullptr;
      co_await group.wait();
    } else {
      co_await lead(outcome);
    }
  }

 private:
  /// Writes this file and those of the tasks that come by until it is this group's turn.
  Task<void> lead(Outcome& outcome) {
    WriteGroup group(io_);
    group.add(outcome);
    forming_ = &group;
    struct Closed {
      WriteJob& job;
      WriteGroup& group;
      ~Closed() {
        if (job.forming_ == &group) job.forming_ = nullptr;
      }
    } closed{*this, group};
    const Result<Permit> permit = co_await working_.acquire();
    if (!permit || !co_await yield(io_)) co_return;
    if (forming_ == &group) forming_ = nullptr;
    co_await write(group.outcomes());
  }

  Task<void> write(std::span<Outcome* const> group) {
    std::unique_ptr<TreeWriter> writer = take_writer();
    // What never began stays unfinished.
    (void)co_await offload(io_, [&writer, group] {
      writer->write(group);
      return 0;
    });
    idle_.push_back(std::move(writer));
  }

  std::unique_ptr<TreeWriter> take_writer() {
    if (idle_.empty()) return std::make_unique<TreeWriter>(setting_);
    std::unique_ptr<TreeWriter> writer = std::move(idle_.back());
    idle_.pop_back();
    return writer;
  }

  Io& io_;
  const WriteSetting& setting_;
  const bool groups_;
  WriteGroup* forming_ = nullptr;
  Limiter working_;
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
