#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "atonce/results/manifest.h"

namespace atonce {
namespace {

std::string on_off(bool value) { return value ? "on" : "off"; }

std::string absolute(const std::string& path) {
  std::error_code ignored;
  const auto full = std::filesystem::absolute(path, ignored);
  return ignored ? path : full.lexically_normal().string();
}

std::string size_text(const FileInput& files) {
  if (!files.content.empty()) return fmt::format("@{}, {} bytes", absolute(files.content), files.content_bytes);
  if (files.size.low == files.size.high) return fmt::format("{}", files.size.low);
  return fmt::format("{}-{}", files.size.low, files.size.high);
}

std::string sync_text(SyncChoice sync) {
  constexpr std::array<std::string_view, 3> names{"none", "file", "end"};
  return std::string(names[static_cast<std::size_t>(sync)]);
}

}  // namespace

std::vector<PlanField> write_fields(const Plan& plan, const std::vector<PlanField>& fields) {
  constexpr std::array<std::string_view, 6> kept{"the job", "-n", "--format", "-o", "--ordered", "--seed"};
  std::vector<PlanField> all;
  std::ranges::copy_if(fields, std::back_inserter(all),
                       [&kept](const PlanField& field) { return std::ranges::find(kept, field.option) != kept.end(); });
  const InputOptions& input = plan.input;
  all.push_back({"the folder", absolute(plan.write.folder)});
  all.push_back({"the files", input.is_generated()  ? "made from the seed"
                              : input.files.archive ? "--from-tar"
                                                    : "--from"});
  if (input.is_generated()) {
    all.push_back({"--size", size_text(input.files)});
    all.push_back({"--name-bytes", fmt::format("{}", input.files.name_bytes)});
  }
  all.push_back({"--fan-out", fmt::format("{}", input.files.fan_out)});
  all.push_back({"--overwrite", on_off(plan.write.overwrite)});
  all.push_back({"--atomic", on_off(plan.write.atomic)});
  all.push_back({"--sync", sync_text(plan.write.sync)});
  all.push_back({"--verify", plan.write.verify == 0 ? "none" : fmt::format("one in {}", plan.write.verify)});
  return all;
}

}  // namespace atonce
