#include "atonce/cli/page_files.h"

#include <fmt/format.h>

#include "atonce/cli/complain.h"
#include "atonce/model/escape.h"
#include "atonce/reports/page.h"

namespace atonce {
namespace {

/// `what` it is, as "page".
Parsed<void> open_one(std::unique_ptr<ReportFile>& file, const std::string& path, std::string_view what) {
  if (path.empty()) return {};
  if (path == "-") return complain(fmt::format("the {} cannot go to standard output; name a file for it", what));
  auto opened = ReportFile::open(path);
  if (!opened) return std::unexpected(opened.error());
  file = std::move(*opened);
  return {};
}

bool write_one(ReportFile& file, std::string_view text) {
  file.append(text);
  const int error = file.finish();
  if (error != 0) remark(report_trouble(file.path(), error));
  return error == 0;
}

}  // namespace

Parsed<PageFiles> PageFiles::open(const ReportRequest& request, const std::string& other) {
  PageFiles files;
  if (request.page != "-" && is_same_file(request.page, request.trace))
    return complain("the page and the trace would be one file; name two");
  for (const std::string& path : {request.page, request.trace})
    if (path != "-" && is_same_file(path, other))
      return complain(fmt::format("\"{}\" would be written over with what the command prints; name two files",
                                  escape_for_terminal(path)));
  if (auto page = open_one(files.page_, request.page, "page"); !page) return std::unexpected(page.error());
  if (auto trace = open_one(files.trace_, request.trace, "trace"); !trace) return std::unexpected(trace.error());
  return files;
}

bool PageFiles::write(std::string_view title, std::span<const std::string> sections,
                      std::span<const NamedRecording> recordings) {
  const bool page_written = !page_ || write_one(*page_, write_page(title, sections));
  const bool trace_written = !trace_ || write_one(*trace_, write_trace(recordings));
  return page_written && trace_written;
}

}  // namespace atonce
