#pragma once

#include <memory>
#include <optional>
#include <string>

#include "atonce/jobs/answer_conditions.h"
#include "atonce/jobs/save_folder.h"
#include "atonce/model/plan.h"
#include "atonce/model/target.h"
#include "atonce/protocols/client/client.h"
#include "atonce/protocols/tls/tls_context.h"

namespace atonce {

/// What a fetch asks with: "GET", or what its options make of it.
std::string method_of(const FetchOptions& options);

/// The body of all requests, sent from where it lies: it is not copied for each.
class SharedBody final : public BodySource {
 public:
  explicit SharedBody(std::string_view bytes) : bytes_(bytes) {}
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override;
  bool rewind() override;

 private:
  std::string_view bytes_;
  std::size_t sent_ = 0;
};

/// What all requests of a fetch have in common, made ready once for each loop.
class FetchRecipe {
 public:
  /// Complains of what cannot be asked for; makes the folder of `--save`. `options` outlive it.
  static Parsed<FetchRecipe> make(const FetchOptions& options);

  /// The request for a target that is valid. A small body is in it; a larger one is `shared_body`.
  HttpRequest request_for(const Target& target) const;
  /// Too large to be copied into each request; empty: there is none.
  std::string_view shared_body() const { return shared_body_; }

  const FetchOptions& options() const { return *options_; }
  const RequestOptions& request_options() const { return request_options_; }
  /// `window`: how many exchanges this loop has under way at most.
  ClientSettings client_settings(std::uint32_t window) const;
  /// The same authorities and certificate, for a request that has wishes of its own.
  Parsed<TlsContext> tls_for(bool insecure, HttpVersionChoice version) const;
  const AnswerConditions& conditions() const { return conditions_; }
  const SaveFolder* save_folder() const { return save_ ? &*save_ : nullptr; }
  /// The request may be sent again although nobody knows what became of it.
  bool may_repeat() const { return is_idempotent(prototype_.method); }
  bool is_head() const { return prototype_.method == "HEAD"; }
  bool keeps_body() const;
  bool wants_title() const { return options_->title || conditions_.needs_title(); }

 private:
  explicit FetchRecipe(const FetchOptions& options) : options_(&options) {}
  Parsed<void> compose();
  Parsed<void> compose_fields();
  Parsed<void> open_doors();

  const FetchOptions* options_;
  HttpRequest prototype_;
  RequestOptions request_options_;
  std::string_view shared_body_;
  std::string user_, password_;
  AnswerConditions conditions_;
  std::optional<SaveFolder> save_;
  std::optional<TlsContext> tls_;
  std::optional<Proxy> proxy_;
};

}  // namespace atonce
