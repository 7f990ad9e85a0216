#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "atonce/cli/invocation.h"
#include "atonce/cli/report_file.h"
#include "atonce/reports/trace.h"

namespace atonce {

/// In the folder of a run that keeps no journal: its result, in the form that a page shows.
inline constexpr std::string_view result_name = "result.json";

/// The page and the trace that a command writes beside what it prints. They are opened before the work begins, so that
/// a place where nothing can be written is told before hours of it, and stand there only when they are whole.
class PageFiles {
 public:
  /// Complains of what cannot be written, and where two of them would be one file; `other` is where the command writes
  /// its result ("-": standard output), empty where that is nowhere.
  static Parsed<PageFiles> open(const ReportRequest& request, const std::string& other = "");

  bool wanted() const { return page_ || trace_; }
  /// Writes what was asked for; false, and a complaint on standard error, where it could not be.
  bool write(std::string_view title, std::span<const std::string> sections, std::span<const NamedRecording> recordings);

 private:
  std::unique_ptr<ReportFile> page_, trace_;
};

}  // namespace atonce
