#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "atonce/jobs/fetch_recipe.h"
#include "atonce/jobs/hurl/evaluate.h"
#include "atonce/jobs/job.h"
#include "atonce/protocols/cookies/jar.h"

namespace atonce {

/// TLS as some requests want it and the others do not: made when first asked for. Outlives the client.
class TlsVariants {
 public:
  explicit TlsVariants(const FetchRecipe& recipe) : recipe_(recipe) {}
  Parsed<const TlsContext*> get(bool insecure, HttpVersionChoice version);

 private:
  const FetchRecipe& recipe_;
  std::map<std::pair<bool, HttpVersionChoice>, TlsContext> made_;
};

/// One batch as it runs: its variables, its cookies, and how a step of it is sent and held against what is expected.
class BatchSession {
 public:
  /// What all batches of a loop share.
  struct Shared {
    Io& io;
    HttpClient& client;
    const FetchRecipe& recipe;
    TlsVariants& variants;
    const JobSetting& setting;
    PublicSuffixes suffixes = PublicSuffixes::system();
  };

  BatchSession(Shared& shared, const hurl::Batch& batch);

  /// Begins with a step: method and URL as the file has them, for its row if it is never sent.
  void describe(const hurl::Step& step, Outcome& outcome);
  /// The request may be sent again although nobody knows what became of it.
  bool may_repeat(const hurl::Step& step) const;

  /// Sends it, with the retries that it asks for, and checks the answer. Fills in `outcome` but its target; may be
  /// called again for the same step.
  Task<void> run(const hurl::Step& step, Outcome& outcome);

  /// The requests of the step ask it before they are sent. Outlives the run of the step.
  void ask_before_sending(SendGate& gate) { gate_ = &gate; }

  /// Something of the step has left us: in an earlier try of it, on the way of a redirect, or in the last one.
  bool has_left() const { return has_left_; }

  /// The step says of itself that it is to be left out.
  bool was_left_out() const { return left_out_; }

 private:
  Task<void> run_once(const hurl::Step& step, Outcome& outcome);
  Task<void> send(const hurl::PreparedRequest& prepared, const hurl::Step& step, Outcome& outcome);
  /// A server may say them again.
  void hide_secrets(Exchange& exchange) const;
  void judge(const hurl::Step& step, Fetched& fetched, const KeptBody& body);
  Parsed<RequestOptions> options_for(const hurl::PreparedRequest& prepared);
  static void refuse(Outcome& outcome, std::string why);

  Shared& shared_;
  const hurl::Batch& batch_;
  hurl::Variables variables_;
  hurl::Sources sources_;
  std::optional<CookieJar> jar_;
  SendGate* gate_ = nullptr;
  bool left_out_ = false;
  bool has_left_ = false;
};

}  // namespace atonce
