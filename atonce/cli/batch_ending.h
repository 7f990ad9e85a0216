#pragma once

#include <memory>
#include <string>
#include <vector>

#include "atonce/cli/keeping.h"
#include "atonce/cli/report_file.h"
#include "atonce/model/outcome_sink.h"
#include "atonce/reports/status_lists.h"
#include "atonce/reports/test_report.h"

namespace atonce {

/// What a run of batches says at its end: how long it took, its status codes, and its reports of test results. Stands
/// in front of the outputs and notes what passes; of a kept run, reports are made from its journal.
class BatchEnding final : public OutcomeSink {
 public:
  /// Opens the reports that the plan asks for; null where the job is another. Complains of one that cannot be written.
  static Parsed<std::unique_ptr<BatchEnding>> open(const Plan& plan, bool kept);

  /// Hands on to `inner`, which outlives this.
  OutcomeSink& before(OutcomeSink& inner);
  /// What earlier sessions of the run found out.
  Parsed<void> remember(const Keeping& kept, const InputOptions& input);

  /// "Total: 12.34" and the list of lists of status codes, after `wall` of this session.
  std::string text(Duration wall) const;
  /// Complains of what keeps a report from its place. `kept` is null for a run that is kept nowhere.
  Parsed<void> write_reports(const Keeping* kept, const InputOptions& input);

  void start(const Target& target) override { inner_->start(target); }
  bool wants_starts() const override { return inner_->wants_starts(); }
  int add(const Outcome& outcome) override;
  int tried(const Outcome& outcome) override { return inner_->tried(outcome); }
  int flush() override { return inner_->flush(); }
  std::size_t held() const override { return inner_->held(); }

 private:
  // Requests of a run that is kept nowhere; a longer one has a run folder.
  static constexpr std::size_t requests_bytes_max = std::size_t{256} << 20;

  struct Report {
    std::unique_ptr<TestReport> format;
    std::unique_ptr<ReportFile> file;
  };

  BatchEnding() = default;
  Parsed<void> add_report(const std::string& path, std::unique_ptr<TestReport> format);
  void tell_reports(const BatchRequest& request);

  OutcomeSink* inner_ = nullptr;
  bool lists_codes_ = false;
  bool keeps_requests_ = false;
  StatusLists codes_;
  Duration earlier_{};
  std::vector<Report> reports_;
  std::vector<BatchRequest> requests_;
  std::size_t requests_bytes_ = 0;
  std::string text_;
};

}  // namespace atonce
