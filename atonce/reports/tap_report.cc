#include <fmt/format.h>

#include <iterator>

#include "atonce/reports/markup.h"
#include "atonce/reports/test_report.h"

namespace atonce {
namespace {

class TapReport final : public TestReport {
 public:
  void begin(std::string& text) override { text += "TAP version 14\n"; }

  void add(const BatchRequest& request, std::string& text) override {
    const TestEnd ended = test_end_of(request.verdict);
    const bool good = ended == TestEnd::passed || ended == TestEnd::skipped;
    const auto to = std::back_inserter(text);
    fmt::format_to(to, "{}ok {} - Batch \\#{} {} URL \\#{}", good ? "" : "not ", ++tests_, request.batch,
                   tap_text(request.batch_name), request.step);
    if (!request.request.empty()) fmt::format_to(to, " {}", tap_text(request.request));
    if (ended == TestEnd::skipped)
      fmt::format_to(to, " # SKIP {}: {}", name_of(request.verdict), tap_text(request.why));
    text += '\n';
    if (!good) explain(request, text);
  }

  void end(std::string& text) override { fmt::format_to(std::back_inserter(text), "1..{}\n", tests_); }

 private:
  static void explain(const BatchRequest& request, std::string& text) {
    const auto to = std::back_inserter(text);
    fmt::format_to(to, "  ---\n  message: {}\n  verdict: {}\n", yaml_text(request.why), name_of(request.verdict));
    if (request.status_code != 0) fmt::format_to(to, "  status_code: {}\n", request.status_code);
    fmt::format_to(to, "  batch: {}\n  request: {}\n  time_total: {:.6f}\n  ...\n", request.batch, request.step,
                   seconds(request.took));
  }

  std::uint64_t tests_ = 0;
};

}  // namespace

std::unique_ptr<TestReport> make_tap_report() { return std::make_unique<TapReport>(); }

}  // namespace atonce
