#include <fmt/format.h>

#include <iterator>

#include "atonce/reports/markup.h"
#include "atonce/reports/test_report.h"

namespace atonce {
namespace {

class JunitReport final : public TestReport {
 public:
  void begin(std::string& text) override {
    text += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"atonce batch\">\n";
  }

  void add(const BatchRequest& request, std::string& text) override {
    if (request.batch != batch_) end_suite(text);
    if (tests_ == 0) begin_suite(request);
    ++tests_;
    took_ += request.took;
    if (request.batch_took) batch_took_ = *request.batch_took;
    const auto to = std::back_inserter(cases_);
    const std::string space = request.request.empty() ? "" : " ";
    fmt::format_to(to, "    <testcase name=\"URL #{}{}{}\" classname=\"{}\" time=\"{:.6f}\"", request.step, space,
                   xml_text(request.request), name_, seconds(request.took));
    switch (test_end_of(request.verdict)) {
      case TestEnd::passed: cases_ += "/>\n"; return;
      case TestEnd::failed: ++failures_; return add_end("failure", request);
      case TestEnd::broken: ++errors_; return add_end("error", request);
      case TestEnd::skipped: ++skipped_; return add_end("skipped", request);
    }
  }

  void end(std::string& text) override {
    end_suite(text);
    text += "</testsuites>\n";
  }

 private:
  void begin_suite(const BatchRequest& request) {
    batch_ = request.batch;
    name_ = xml_text(request.batch_name);
  }

  void add_end(std::string_view element, const BatchRequest& request) {
    const std::string why = xml_text(request.why);
    const auto to = std::back_inserter(cases_);
    if (element == "skipped")
      fmt::format_to(to, "><skipped message=\"{}: {}\"/></testcase>\n", name_of(request.verdict), why);
    else
      fmt::format_to(to, "><{0} type=\"{1}\" message=\"{2}\">{2}</{0}></testcase>\n", element, name_of(request.verdict),
                     why);
  }

  void end_suite(std::string& text) {
    if (tests_ == 0) return;
    fmt::format_to(std::back_inserter(text),
                   "  <testsuite name=\"Batch #{} {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
                   "time=\"{:.6f}\">\n{}  </testsuite>\n",
                   batch_, name_, tests_, failures_, errors_, skipped_, seconds(batch_took_.value_or(took_)), cases_);
    tests_ = failures_ = errors_ = skipped_ = 0;
    took_ = {};
    batch_took_.reset();
    cases_.clear();
  }

  std::uint64_t batch_ = 0;
  std::string name_;   ///< of the batch, escaped, as the next
  std::string cases_;  ///< their number stands before them
  std::uint64_t tests_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t skipped_ = 0;
  Duration took_{};
  std::optional<Duration> batch_took_;
};

}  // namespace

std::unique_ptr<TestReport> make_junit_report() { return std::make_unique<JunitReport>(); }

}  // namespace atonce
