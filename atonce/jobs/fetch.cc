#include "atonce/jobs/fetch.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "atonce/jobs/fetch_sink.h"
#include "atonce/jobs/job_dialer.h"
#include "atonce/jobs/sent_ledger.h"
#include "atonce/protocols/cookies/jar.h"

namespace atonce {
namespace {

/// What may be otherwise a moment later.
bool worth_another_try(Verdict verdict) {
  return is_silence(verdict) || is_stall(verdict) || verdict == Verdict::dns_failure ||
         verdict == Verdict::connection_reset || verdict == Verdict::empty_reply || verdict == Verdict::partial ||
         verdict == Verdict::tls_closed || verdict == Verdict::http2_refused;
}

std::uint32_t milliseconds(Duration duration) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

class FetchJob final : public Job {
 public:
  FetchJob(Io& io, HttpClient& client, const FetchRecipe& recipe, const JobSetting& setting)
      : io_(io),
        client_(client),
        recipe_(recipe),
        retries_(setting.plan.probe.retries),
        guard_(setting.excludes, setting.plan.politeness.allow_private) {
    if (!recipe.may_repeat()) ledger_ = SentLedger::of_run(setting.plan.run);
  }

  Task<void> run(Outcome& outcome) override {
    outcome.started = io_.now();
    outcome.tries = 0;
    if (guard_.refuses(outcome.target)) {
      outcome.verdict = Verdict::excluded;
      outcome.finished = outcome.started;
      co_return;
    }
    const HttpRequest request = recipe_.request_for(outcome.target);
    if (is_unknown(outcome)) co_return;
    Instant started{};
    do {
      co_await try_once(outcome, request);
      if (outcome.tries == 1) started = outcome.started;
    } while (worth_another_try(outcome.verdict) && !outcome.exchange->sent && outcome.tries <= retries_);
    outcome.started = started;
    // A server that refused it unread, for one.
    if (!outcome.exchange->sent) ledger_.unmark(outcome.target.index);
  }

 private:
  /// An earlier session may have sent it, and it must not be sent twice.
  bool is_unknown(Outcome& outcome) const {
    if (!ledger_.has(outcome.target.index)) return false;
    Exchange& exchange = outcome.exchange.emplace();
    exchange.sent = true;
    exchange.detail = SentLedger::sent_before;
    outcome.verdict = Verdict::unknown_outcome;
    outcome.finished = outcome.started;
    return true;
  }

  Task<void> try_once(Outcome& outcome, const HttpRequest& prototype) {
    const auto tries = static_cast<std::uint16_t>(outcome.tries + 1);
    Fetched fetched;
    FetchSink sink(io_, recipe_, outcome.target);
    co_await ask(fetched, outcome.target.index, prototype, sink);
    if (fetched.verdict == Verdict::ok) co_await finish(fetched, sink);
    fetched.exchange.insecure = recipe_.options().insecure;
    const Duration waited = fetched.finished - fetched.started;
    std::move(fetched).settle(outcome);
    outcome.tries = tries;
    outcome.evidence.waited_ms = milliseconds(waited);
  }

  Task<void> ask(Fetched& fetched, std::uint64_t index, const HttpRequest& prototype, FetchSink& sink) {
    RequestOptions options = recipe_.request_options();
    LedgerGate gate(ledger_, index);
    if (!recipe_.may_repeat()) options.gate = &gate;
    std::optional<CookieJar> jar;
    if (recipe_.options().cookie_jar) {
      options.cookies = &jar.emplace(suffixes_);
      options.now_s = std::time(nullptr);
    }
    if (recipe_.shared_body().empty()) {
      co_await client_.fetch_into(fetched, prototype, sink, options);
      co_return;
    }
    SharedBody body(recipe_.shared_body());
    HttpRequest request = prototype;
    request.source = &body;
    co_await client_.fetch_into(fetched, request, sink, options);
  }

  /// The answer is complete; what is made of it here may still fail.
  Task<void> finish(Fetched& fetched, FetchSink& sink) {
    const Result<void> finished = co_await sink.finish(fetched.exchange);
    if (!finished) {
      const int error = finished.error().code;
      fetched.verdict = error == ECANCELED ? Verdict::unfinished : Verdict::local_file;
      fetched.error = error;
      fetched.exchange.detail = fmt::format("saving the body: {}", std::strerror(error));
    } else if (recipe_.options().fail && fetched.exchange.status_code >= 400) {
      fetched.verdict = Verdict::http_status;
    }
  }

  Io& io_;
  HttpClient& client_;
  const FetchRecipe& recipe_;
  const unsigned retries_;
  const Guard guard_;
  SentLedger ledger_;
  const PublicSuffixes suffixes_ = PublicSuffixes::system();
};

}  // namespace

Parsed<void> check_fetch(const Plan& plan) {
  const Parsed<FetchRecipe> recipe = FetchRecipe::make(plan.fetch);
  if (!recipe) return std::unexpected(recipe.error());
  return {};
}

bool may_repeat_fetch(const Plan& plan) { return is_idempotent(method_of(plan.fetch)); }

Task<void> with_fetch(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body) {
  const Parsed<FetchRecipe> recipe = FetchRecipe::make(setting.plan.fetch);
  if (!recipe) throw std::runtime_error(recipe.error().text);
  const ClientSettings settings = recipe->client_settings(window);
  co_await with_job_resolver(io, setting, [&](Resolver& resolver) -> Task<void> {
    JobDialer dialer(io, resolver, setting);
    co_await with_client(io, dialer, settings, [&](HttpClient& client) -> Task<void> {
      FetchJob job(io, client, *recipe, setting);
      co_await body(job);
    });
  });
}

}  // namespace atonce
