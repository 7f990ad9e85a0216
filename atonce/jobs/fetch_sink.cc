#include "atonce/jobs/fetch_sink.h"

#include <algorithm>
#include <cerrno>

#include "atonce/jobs/page_title.h"
#include "atonce/protocols/http/media_type.h"
#include "atonce/runtime/offload.h"

namespace atonce {
namespace {

// Most bodies are smaller, and are written in one go.
constexpr std::size_t pending_bytes_max = 128 << 10;

DigestKind digest_of(HashKind kind) {
  switch (kind) {
    case HashKind::md5: return DigestKind::md5;
    case HashKind::sha1: return DigestKind::sha1;
    case HashKind::none:
    case HashKind::sha256: break;
  }
  return DigestKind::sha256;
}

std::string_view name_of(HashKind kind) {
  switch (kind) {
    case HashKind::md5: return "md5";
    case HashKind::sha1: return "sha1";
    case HashKind::none:
    case HashKind::sha256: break;
  }
  return "sha256";
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string charset_of(const Exchange& exchange) {
  const std::optional<MediaType> type = parse_media_type(exchange.content_type);
  return type ? type->charset : "";
}

}  // namespace

FetchSink::FetchSink(Io& io, const FetchRecipe& recipe, const Target& target)
    : io_(io), recipe_(recipe), target_(target) {}

/// Also after an answer that broke off and was asked for again.
Appetite FetchSink::head(const ResponseHead& head) {
  status_ = head.status;
  kept_.clear();
  pending_.clear();
  file_.reset();
  truncated_ = false;
  if (recipe_.options().hash != HashKind::none) digest_.emplace(digest_of(recipe_.options().hash));
  const bool failed = recipe_.options().fail && head.status >= 400;
  saves_ = recipe_.save_folder() != nullptr && !recipe_.is_head() && !failed;
  return Appetite::more;
}

Appetite FetchSink::body(std::span<const std::byte> bytes) {
  if (digest_) digest_->add(bytes);
  if (recipe_.keeps_body()) {
    const std::size_t room = recipe_.options().kept_bytes_max - kept_.size();
    kept_.append(text_of(bytes).substr(0, room));
    truncated_ = truncated_ || bytes.size() > room;
  }
  if (!saves_) return Appetite::more;
  pending_.append(text_of(bytes));
  return pending_.size() >= pending_bytes_max ? Appetite::settle : Appetite::more;
}

Task<Result<void>> FetchSink::settled() { co_return co_await write_out(nullptr); }

Task<Result<void>> FetchSink::finish(Exchange& exchange) {
  look_at(exchange);
  if (!saves_ || !exchange.matched) co_return Result<void>();
  co_return co_await write_out(&exchange.saved_as);
}

void FetchSink::look_at(Exchange& exchange) const {
  if (digest_ && !recipe_.is_head())
    exchange.hash = std::string(name_of(recipe_.options().hash)) + ":" + digest_->hexadecimal();
  exchange.truncated = truncated_;
  const std::string title = recipe_.wants_title() ? title_of_page(kept_, charset_of(exchange)) : "";
  if (recipe_.options().title) exchange.title = title;
  exchange.matched = recipe_.conditions().wants(
      {.status = exchange.status_code, .bytes = exchange.body_bytes, .body = kept_, .title = title});
}

Task<Result<void>> FetchSink::write_out(std::string* name) {
  const Result<int> error = co_await offload(io_, [this, name]() -> int {
    if (!file_) {
      Result<SavedFile> created = recipe_.save_folder()->create(target_.index, target_.url);
      if (!created) return created.error().code;
      file_ = std::move(*created);
    }
    if (const int failure = file_->write(pending_); failure != 0) return failure;
    if (name == nullptr) return 0;
    Result<std::string> finished = file_->finish();
    if (finished) *name = std::move(*finished);
    return finished ? 0 : finished.error().code;
  });
  pending_.clear();
  if (!error) co_return std::unexpected(error.error());
  if (*error != 0) co_return std::unexpected(Error{*error, true});
  co_return Result<void>();
}

}  // namespace atonce
