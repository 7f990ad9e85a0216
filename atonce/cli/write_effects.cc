// What `atonce write` is asked for.

#include <fmt/format.h>

#include <array>

#include "atonce/cli/option_effects.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/set_field.h"
#include "atonce/cli/values.h"
#include "atonce/jobs/files/file_maker.h"

namespace atonce {
namespace {

constexpr std::uint64_t file_bytes_max = std::uint64_t{1} << 40;
constexpr std::uint64_t folders_max = 65'536;
constexpr std::uint64_t verify_max = 1'000'000'000'000;

Parsed<void> choose_list(Invocation& invocation, const Values& values, bool archive) {
  InputOptions& input = invocation.plan.input;
  if (values.back().empty()) return complain("the name of the file is empty");
  if (!input.list.empty()) return complain("files come from one list: --from or --from-tar");
  input.list = values.back();
  input.files.archive = archive;
  return {};
}

}  // namespace

Parsed<void> apply_from(Invocation& invocation, const Values& values, const KnownNames&) {
  return choose_list(invocation, values, false);
}
Parsed<void> apply_from_tar(Invocation& invocation, const Values& values, const KnownNames&) {
  return choose_list(invocation, values, true);
}

Parsed<void> apply_size(Invocation& invocation, const Values& values, const KnownNames&) {
  const std::string_view text = values.back();
  FileInput& files = invocation.plan.input.files;
  if (text.starts_with('@')) {
    files.content = text.substr(1);
    if (files.content.empty()) return complain("the name of the file is empty: @FILE");
    return {};
  }
  const std::size_t dash = text.find('-');
  const Parsed<std::uint64_t> low = parse_size(text.substr(0, dash), file_bytes_max);
  if (!low) return std::unexpected(low.error());
  const Parsed<std::uint64_t> high = dash == text.npos ? low : parse_size(text.substr(dash + 1), file_bytes_max);
  if (!high) return std::unexpected(high.error());
  if (*low > *high) return complain(fmt::format("{} is a range that ends before it begins", text));
  files.size = {*low, *high};
  return {};
}

Parsed<void> apply_name_bytes(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.input.files.name_bytes,
             parse_number(values.back(), FileMaker::name_bytes_min, FileMaker::name_bytes_max));
}

Parsed<void> apply_fan_out(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.input.files.fan_out, parse_number(values.back(), 0, folders_max));
}

Parsed<void> apply_overwrite(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.write.overwrite = true;
  return {};
}

Parsed<void> apply_atomic(Invocation& invocation, const Values&, const KnownNames&) {
  invocation.plan.write.atomic = true;
  return {};
}

Parsed<void> apply_sync(Invocation& invocation, const Values& values, const KnownNames&) {
  struct Row {
    std::string_view name;
    SyncChoice sync;
  };
  constexpr std::array rows{Row{"none", SyncChoice::none}, Row{"file", SyncChoice::file}, Row{"end", SyncChoice::end}};
  for (const Row& row : rows)
    if (row.name == values.back()) return set(invocation.plan.write.sync, Parsed<SyncChoice>(row.sync));
  return complain("a file is on the disk when the system likes (none), before its verdict (file), or at the end (end)");
}

Parsed<void> apply_verify(Invocation& invocation, const Values& values, const KnownNames&) {
  return set(invocation.plan.write.verify, parse_number(values.back(), 1, verify_max));
}

Parsed<void> apply_clean(Invocation& invocation, const Values& values, const KnownNames&) {
  if (values.back().empty()) return complain("the name of the run folder is empty");
  invocation.clean = true;
  invocation.run.folder = values.back();
  return {};
}

}  // namespace atonce
