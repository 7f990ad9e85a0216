#include "atonce/cli/page_files.h"

#include "atonce/cli/complain.h"
#include "atonce/reports/page.h"

namespace atonce {
namespace {

Parsed<void> open_one(std::unique_ptr<ReportFile>& file, const std::string& path) {
  if (path.empty()) return {};
  if (path == "-") return complain("standard output has the table; name a file for the page or the trace");
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

Parsed<PageFiles> PageFiles::open(const ReportRequest& request) {
  PageFiles files;
  if (!request.page.empty() && request.page == request.trace)
    return complain("the page and the trace would be one file; name two");
  if (auto page = open_one(files.page_, request.page); !page) return std::unexpected(page.error());
  if (auto trace = open_one(files.trace_, request.trace); !trace) return std::unexpected(trace.error());
  return files;
}

bool PageFiles::write(std::string_view title, std::span<const std::string> sections,
                      std::span<const NamedRecording> recordings) {
  const bool page_written = !page_ || write_one(*page_, write_page(title, sections));
  const bool trace_written = !trace_ || write_one(*trace_, write_trace(recordings));
  return page_written && trace_written;
}

}  // namespace atonce
