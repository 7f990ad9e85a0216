#include "atonce/jobs/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "atonce/jobs/batch_session.h"
#include "atonce/jobs/batch_source.h"
#include "atonce/jobs/fetch_recipe.h"
#include "atonce/jobs/hurl/hurl_file.h"
#include "atonce/jobs/job_dialer.h"
#include "atonce/jobs/sent_ledger.h"
#include "atonce/model/escape.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

// A shortage of our own is waited out so long before it becomes the (local) verdict.
constexpr Duration shortage_max = std::chrono::seconds(30);
constexpr Duration shortage_pause = std::chrono::milliseconds(20);

/// What comes to pass in the middle of a batch, and what the rest of it is then.
enum class Course : std::uint8_t { goes_on, failed, stopped };

class BatchJob final : public Job {
 public:
  BatchJob(Io& io, HttpClient& client, const FetchRecipe& recipe, TlsVariants& variants, const JobSetting& setting)
      : io_(io),
        setting_(setting),
        shared_{io, client, recipe, variants, setting},
        ledger_(SentLedger::of_run(setting.plan.run)) {}

  Task<void> run(Outcome& outcome) override {
    begin(outcome);
    const Parsed<std::shared_ptr<const hurl::Batch>> batch = load(outcome.target);
    outcome.target.content.reset();
    if (!batch) {
      end_all(outcome, Verdict::invalid_input, batch.error().text);
      co_return;
    }
    bool failed = outcome.target.after_failure;
    Course course = failed && !setting_.plan.batch.keep_going ? Course::failed : Course::goes_on;
    if (outcome.target.step > 0 && course == Course::goes_on && is_hurl_file((*batch)->source)) {
      end_all(outcome, Verdict::not_sent, "what the requests before it captured went with the session that made them");
      co_return;
    }
    BatchSession session(shared_, **batch);
    const Instant due = outcome.due;
    while (true) {
      course = co_await do_step(outcome, **batch, session, course);
      outcome.exchange->line = (*batch)->steps.at(outcome.target.step).place.line;
      failed |= fails_batch(outcome.verdict);
      if (outcome.target.members == 1) break;
      next(outcome);
    }
    if (outcome.verdict != Verdict::unfinished)
      end_batch(outcome, failed ? BatchEnd::failed : BatchEnd::completed, due);
  }

 private:
  void end_batch(Outcome& outcome, BatchEnd end, Instant due) const {
    outcome.exchange->batch_end = end;
    outcome.exchange->batch_took = std::chrono::floor<std::chrono::microseconds>(io_.now() - due);
  }

  void begin(Outcome& outcome) const {
    outcome.started = outcome.finished = io_.now();
    outcome.tries = 0;
    outcome.exchange.emplace();
  }

  /// Hands on what is done; `outcome` is the next request's then.
  void next(Outcome& outcome) {
    Target target = next_member(outcome.target);
    emit(std::move(outcome));
    outcome = Outcome{.target = std::move(target), .due = io_.now()};
    begin(outcome);
  }

  void end_all(Outcome& outcome, Verdict verdict, const std::string& why) {
    const Instant due = outcome.due;
    while (true) {
      const bool unknown = ledger_.has(outcome.target.index);
      outcome.verdict = unknown ? Verdict::unknown_outcome : verdict;
      outcome.exchange->detail = unknown ? std::string(SentLedger::sent_before) : why;
      if (outcome.target.members == 1) break;
      next(outcome);
    }
    end_batch(outcome, BatchEnd::failed, due);
  }

  Task<Course> do_step(Outcome& outcome, const hurl::Batch& batch, BatchSession& session, Course course) {
    const hurl::Step& step = batch.steps.at(outcome.target.step);
    session.describe(step, outcome);
    if (course == Course::stopped) {
      outcome.verdict = Verdict::unfinished;
      outcome.exchange->sent = false;
      co_return course;
    }
    const bool repeatable = session.may_repeat(step);
    const std::uint64_t index = outcome.target.index;
    if (ledger_.has(index) && (!repeatable || course == Course::failed)) {
      outcome.verdict = Verdict::unknown_outcome;
      outcome.exchange->detail = SentLedger::sent_before;
      co_return setting_.plan.batch.keep_going ? Course::goes_on : Course::failed;
    }
    if (course == Course::failed) {
      outcome.verdict = Verdict::skipped;
      co_return course;
    }
    LedgerGate gate(ledger_, index);
    session.ask_before_sending(gate);
    co_await outlast_shortage(outcome, step, session);
    if (!session.has_left()) ledger_.unmark(index);
    if (outcome.verdict == Verdict::unfinished) {
      outcome.exchange->sent = session.has_left() && !repeatable;
      if (outcome.exchange->sent) outcome.verdict = Verdict::unknown_outcome;
      co_return Course::stopped;
    }
    const bool good = outcome.verdict == Verdict::ok || session.was_left_out();
    co_return good || setting_.plan.batch.keep_going ? Course::goes_on : Course::failed;
  }

  Task<void> outlast_shortage(Outcome& outcome, const hurl::Step& step, BatchSession& session) {
    const Instant given_up_at = io_.now() + shortage_max;
    while (true) {
      co_await session.run(step, outcome);
      if (outcome.verdict != Verdict::local_shortage || io_.now() >= given_up_at) co_return;
      if (session.has_left() && !session.may_repeat(step)) co_return;
      if (co_await sleep_for(io_, shortage_pause)) continue;
      outcome.verdict = Verdict::unfinished;
      co_return;
    }
  }

  /// What the list has read already, or what stands in its place.
  static Parsed<std::shared_ptr<const hurl::Batch>> load(const Target& target) {
    if (target.content) return std::static_pointer_cast<const hurl::Batch>(target.content);
    const std::optional<BatchSource> source = parse_batch_source(target.source);
    if (!source) return complain("the target is no batch");
    Parsed<hurl::Batch> batch = load_batch(*source);
    if (!batch) return std::unexpected(batch.error());
    if (batch->steps.size() != target.step + target.members)
      return complain(fmt::format("\"{}\" has changed since the run began", escape_for_terminal(source->path)));
    return std::make_shared<const hurl::Batch>(std::move(*batch));
  }

  Io& io_;
  const JobSetting& setting_;
  BatchSession::Shared shared_;
  SentLedger ledger_;
};

Parsed<void> check_words(const Plan& plan) {
  if (const auto recipe = FetchRecipe::make(plan.fetch); !recipe) return std::unexpected(recipe.error());
  for (const auto* words : {&plan.batch.variables, &plan.batch.secrets})
    for (const std::string& word : *words)
      if (const auto variable = hurl::parse_variable(word); !variable) return std::unexpected(variable.error());
  return {};
}

bool is_given(const BatchOptions& options, std::string_view name) {
  const auto names = [name](const std::string& word) { return word.substr(0, word.find('=')) == name; };
  return std::ranges::any_of(options.variables, names) || std::ranges::any_of(options.secrets, names);
}

/// What every Hurl file needs from outside is there: a request in the middle of a batch is too late to find out.
Parsed<void> check_files(const Plan& plan) {
  std::string missing;
  const InputOptions& input = plan.input;
  for (const std::string& path : input.targets.empty() ? std::vector{input.list} : input.targets) {
    if (!is_hurl_file(path)) continue;
    const Parsed<hurl::Batch> batch = load_batch({.path = path});
    if (!batch) continue;  // The list tells of all such files at once.
    for (const auto& [name, place] : hurl::free_variables(*batch))
      if (!is_given(plan.batch, name))
        missing +=
            (missing.empty() ? "" : "\n") +
            hurl::write_finding(path, {place, fmt::format("nothing sets the variable {0}: give --variable {0}=...",
                                                          escape_for_terminal(name))});
    for (const auto& [name, place] : hurl::files_of(*batch))
      if (const auto read = read_beside(path, name); !read)
        missing += (missing.empty() ? "" : "\n") + hurl::write_finding(path, {place, read.error().text});
  }
  return missing.empty() ? Parsed<void>() : Parsed<void>(complain(missing));
}

}  // namespace

Parsed<void> check_batch(const Plan& plan) {
  Parsed<void> good = check_words(plan);
  return good ? check_files(plan) : good;
}

Task<void> with_batch(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body) {
  const Parsed<FetchRecipe> recipe = FetchRecipe::make(setting.plan.fetch);
  if (!recipe) throw std::runtime_error(recipe.error().text);
  const ClientSettings settings = recipe->client_settings(window);
  TlsVariants variants(*recipe);
  co_await with_job_resolver(io, setting, [&](Resolver& resolver) -> Task<void> {
    JobDialer dialer(io, resolver, setting);
    co_await with_client(io, dialer, settings, [&](HttpClient& client) -> Task<void> {
      BatchJob job(io, client, *recipe, variants, setting);
      co_await body(job);
    });
  });
}

}  // namespace atonce
