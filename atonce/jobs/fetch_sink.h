#pragma once

#include <optional>
#include <string>

#include "atonce/jobs/fetch_recipe.h"
#include "atonce/protocols/tls/message_digest.h"

namespace atonce {

/// Takes in one answer: hashes it, keeps what conditions and title look at, and writes it to its file, in bounded
/// memory. Files are written on the thread pool of the engine, never on the loop.
class FetchSink final : public BodySink {
 public:
  /// All of them outlive it.
  FetchSink(Io& io, const FetchRecipe& recipe, const Target& target);

  Appetite head(const ResponseHead& head) override;
  Appetite body(std::span<const std::byte> bytes) override;
  Task<Result<void>> settled() override;

  /// What is known only at the end of a complete answer: hash, title, match, file. Errors: of the file.
  Task<Result<void>> finish(Exchange& exchange);

 private:
  void look_at(Exchange& exchange) const;
  /// Moves what is pending to the file; gives it its name where this is the end.
  Task<Result<void>> write_out(std::string* name);

  Io& io_;
  const FetchRecipe& recipe_;
  const Target& target_;
  bool saves_ = false;
  std::uint16_t status_ = 0;
  std::optional<MessageDigest> digest_;
  std::string kept_;
  bool truncated_ = false;
  std::string pending_;  ///< of the file
  std::optional<SavedFile> file_;
};

}  // namespace atonce
