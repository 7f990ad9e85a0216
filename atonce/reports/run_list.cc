#include "atonce/reports/run_list.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> words{"complete", "interrupted", "running", "unreadable"};
constexpr std::array colours{Colour::green, Colour::yellow, Colour::cyan, Colour::red};

std::string_view word_of(RunCondition condition) { return words[static_cast<std::size_t>(condition)]; }

std::string condition_of(const KeptRun& run) {
  if (run.condition == RunCondition::running && run.pid > 0) return fmt::format("running, pid {}", run.pid);
  return std::string(word_of(run.condition));
}

std::string settled_of(const KeptRun& run) {
  if (run.condition == RunCondition::unreadable) return "-";
  return run.total ? fmt::format("{} of {}", grouped(run.settled), grouped(*run.total)) : grouped(run.settled);
}

std::string job_of(const KeptRun& run) {
  constexpr std::size_t shown_max = 40;
  const std::string text = run.job + " " + run.input;
  if (text.size() <= shown_max) return escape_for_terminal(text);
  return "..." + escape_for_terminal(text.substr(text.size() - shown_max + 3));
}

}  // namespace

std::string write_run_list(std::span<const KeptRun> runs, bool colour) {
  using enum Table::Side;
  Table table({left, left, right, right, left, left});
  table.add({"state", "started", "settled", "size", "job", "folder"});
  for (const KeptRun& run : runs)
    table.add({condition_of(run), escape_for_terminal(run.started), settled_of(run), write_bytes(run.bytes),
               job_of(run), escape_for_terminal(run.folder)});
  const std::vector<std::string> lines = table.lines();
  std::string text = lines[0] + "\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string& line = lines[i + 1];
    const std::size_t painted_part = condition_of(runs[i]).size();
    text += painted(line.substr(0, painted_part),
                    colour ? colours[static_cast<std::size_t>(runs[i].condition)] : Colour::none) +
            line.substr(painted_part) + "\n";
    if (!runs[i].trouble.empty()) text += fmt::format("  {}\n", escape_for_terminal(runs[i].trouble));
  }
  return text;
}

std::string write_run_list_json(std::span<const KeptRun> runs) {
  Json rows = Json::array();
  for (const KeptRun& run : runs) {
    Json row{{"folder", run.folder},   {"state", word_of(run.condition)},
             {"started", run.started}, {"job", run.job},
             {"input", run.input},     {"settled", run.settled},
             {"total", nullptr},       {"bytes", run.bytes},
             {"pid", nullptr},         {"trouble", nullptr}};
    if (run.total) row["total"] = *run.total;
    if (run.pid > 0) row["pid"] = run.pid;
    if (!run.trouble.empty()) row["trouble"] = run.trouble;
    rows.push_back(std::move(row));
  }
  return rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace atonce
