#include "atonce/cli/batch_ending.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/cli/kept_outcomes.h"
#include "atonce/cli/kept_summary.h"
#include "atonce/model/escape.h"
#include "atonce/results/journal_reader.h"

namespace atonce {

namespace {

/// A report must not be written over what the run reads, or over its rows.
Parsed<void> check_is_own(const std::string& report, const Plan& plan) {
  std::vector<std::string> others = plan.input.targets;
  others.push_back(plan.input.list);
  others.push_back(plan.output.path);
  for (const std::string& other : others)
    if (other != "-" && is_same_file(report, other))
      return complain(fmt::format("the report \"{}\" would be written over \"{}\"; give it another name",
                                  escape_for_terminal(report), escape_for_terminal(other)));
  return {};
}

}  // namespace

Parsed<std::unique_ptr<BatchEnding>> BatchEnding::open(const Plan& plan, bool kept) {
  if (plan.job != "batch" || plan.dry_run) return nullptr;
  std::unique_ptr<BatchEnding> ending(new BatchEnding);
  if (is_same_file(plan.batch.junit, plan.batch.tap))
    return complain("--report-junit and --report-tap cannot have the same file");
  for (const std::string& report : {plan.batch.junit, plan.batch.tap})
    if (const auto own = check_is_own(report, plan); !own) return std::unexpected(own.error());
  ending->lists_codes_ = plan.output.format == ResultFormat::text;
  if (!plan.batch.junit.empty())
    if (const auto added = ending->add_report(plan.batch.junit, make_junit_report()); !added)
      return std::unexpected(added.error());
  if (!plan.batch.tap.empty())
    if (const auto added = ending->add_report(plan.batch.tap, make_tap_report()); !added)
      return std::unexpected(added.error());
  ending->keeps_requests_ = !kept && !ending->reports_.empty();
  return ending;
}

Parsed<void> BatchEnding::add_report(const std::string& path, std::unique_ptr<TestReport> format) {
  auto file = ReportFile::open(path);
  if (!file) return std::unexpected(file.error());
  reports_.push_back({std::move(format), std::move(*file)});
  return {};
}

OutcomeSink& BatchEnding::before(OutcomeSink& inner) {
  inner_ = &inner;
  return *this;
}

Parsed<void> BatchEnding::remember(const Keeping& kept, const InputOptions& input) {
  if (!lists_codes_) return {};
  SummaryOfJournal earlier;
  (void)read_journal(kept.folder().storage(), kept.folder().file("journal"), earlier);
  earlier_ = earlier.wall();
  if (earlier.tally.total() == 0) return {};
  return for_each_kept_outcome(kept.folder(), input, [&](const Outcome& outcome) {
    if (outcome.verdict != Verdict::unfinished) codes_.add(outcome);
  });
}

int BatchEnding::add(const Outcome& outcome) {
  const int error = inner_->add(outcome);
  if (error != 0) return error;
  if (lists_codes_) codes_.add(outcome);
  if (keeps_requests_ && requests_bytes_ <= requests_bytes_max)
    requests_bytes_ += requests_.emplace_back(batch_request_of(outcome)).bytes();
  return 0;
}

std::string BatchEnding::text(Duration wall) const {
  if (!lists_codes_) return {};
  return fmt::format("Total: {:.2f}\n{}", seconds(earlier_ + wall), codes_.write());
}

void BatchEnding::tell_reports(const BatchRequest& request) {
  for (Report& report : reports_) {
    text_.clear();
    report.format->add(request, text_);
    report.file->append(text_);
  }
}

Parsed<void> BatchEnding::write_reports(const Keeping* kept, const InputOptions& input) {
  if (reports_.empty()) return {};
  if (requests_bytes_ > requests_bytes_max)
    return complain(
        "there are too many requests to report on from memory; a run that is kept (--run DIR) reports on any number");
  const auto tell = [&](void (TestReport::*part)(std::string&)) {
    for (Report& report : reports_) {
      text_.clear();
      (report.format.get()->*part)(text_);
      report.file->append(text_);
    }
  };
  tell(&TestReport::begin);
  if (kept != nullptr) {
    const Parsed<void> told = for_each_kept_outcome(
        kept->folder(), input, [&](const Outcome& outcome) { tell_reports(batch_request_of(outcome)); });
    if (!told) return std::unexpected(Complaint{"the reports cannot be written: " + told.error().text});
  } else {
    std::ranges::sort(requests_, {}, &BatchRequest::index);
    for (const BatchRequest& request : requests_) tell_reports(request);
  }
  tell(&TestReport::end);
  for (Report& report : reports_)
    if (const int error = report.file->finish()) return std::unexpected(report_trouble(report.file->path(), error));
  return {};
}

}  // namespace atonce
