#include "atonce/cli/write_run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "atonce/cli/complain.h"
#include "atonce/jobs/write.h"
#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

std::string content_text(const FileInput& files) {
  if (!files.content.empty()) return fmt::format("a copy of \"{}\"", escape_for_terminal(files.content));
  const auto& [low, high] = files.size;
  if (low == high) return fmt::format("{} random {}", grouped(low), low == 1 ? "byte" : "bytes");
  return fmt::format("{} to {} random bytes", grouped(low), grouped(high));
}

}  // namespace

Parsed<void> complete_write(Plan& plan) {
  if (plan.job != "write") return {};
  if (plan.seed == 0 && !plan.run.resume) plan.seed = fresh_seed();
  FileInput& files = plan.input.files;
  files.seed = plan.seed;
  if (files.content.empty()) return {};
  struct stat status{};
  const int error = stat(files.content.c_str(), &status) == 0 ? 0 : errno;
  if (error != 0 || !S_ISREG(status.st_mode))
    return complain_of(error, fmt::format("--size @{} cannot be read: {}", escape_for_terminal(files.content),
                                          error != 0 ? std::strerror(error) : "it is no regular file"));
  files.content_bytes = static_cast<std::uint64_t>(status.st_size);
  return {};
}

std::string write_lines(const Plan& plan) {
  const FileInput& files = plan.input.files;
  std::string text = fmt::format("folder     \"{}\"", escape_for_terminal(plan.write.folder));
  if (files.fan_out > 0) text += fmt::format(", in {} folders", files.fan_out);
  text += fmt::format("\ncontent    {}\n", plan.input.is_generated() ? content_text(files) : "as the list says");
  text += fmt::format("existing   {}\n", plan.write.overwrite ? "replaced" : "left alone");
  text += fmt::format("on disk    {}\n", plan.write.sync == SyncChoice::none   ? "when the system likes"
                                         : plan.write.sync == SyncChoice::file ? "before the verdict"
                                                                               : "at the end");
  return text;
}

bool end_write(const Plan& plan, const Summary& summary) {
  if (plan.job != "write") return true;
  const Tally& tally = summary.tally;
  if (tally.of(Verdict::no_space) > 0)
    remark({fmt::format(
        "the disk of \"{}\" is full, or a quota is used up: {} files are there, whole, and nothing more "
        "was begun; make room, then carry on",
        escape_for_terminal(plan.write.folder), grouped(tally.of(Verdict::written) + tally.of(Verdict::replaced)))});
  if (plan.write.sync != SyncChoice::end) return true;
  const Parsed<void> synced = sync_written(plan);
  if (!synced) remark(synced.error());
  return synced.has_value();
}

}  // namespace atonce
