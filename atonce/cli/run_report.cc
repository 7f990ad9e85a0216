#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/report_file.h"
#include "atonce/cli/section_file.h"
#include "atonce/reports/page.h"

namespace atonce {
namespace {

bool is_folder(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

int write_file(const std::string& path, std::string_view text) {
  const auto file = ReportFile::open(path);
  if (!file) return complain_and_exit(file.error());
  (*file)->append(text);
  if (const int error = (*file)->finish()) return complain_and_exit(report_trouble(path, error));
  return exit_complete;
}

}  // namespace

int run_report(const Invocation& invocation) {
  const ReportRequest& pages = invocation.pages;
  const bool to_stdout = pages.page.empty() || pages.page == "-";
  if (to_stdout && isatty(STDOUT_FILENO) != 0)
    return complain_and_exit({"a page is for a browser, not for a terminal; name a file: -o report.html"});
  std::vector<std::string> sections;
  for (const std::string& source : pages.sources) {
    Parsed<std::string> section = is_folder(source) ? complain("") : read_section(source);
    if (!section) return complain_and_exit(section.error());
    sections.push_back(std::move(*section));
  }
  const std::string page = write_page("atonce report", sections);
  return to_stdout ? static_cast<int>(print(page)) : write_file(pages.page, page);
}

}  // namespace atonce
