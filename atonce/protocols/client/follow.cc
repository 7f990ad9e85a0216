#include "atonce/protocols/client/follow.h"

#include <algorithm>
#include <array>

namespace atonce {
namespace {

// So much of the body of a redirect is read so that its connection can serve again.
constexpr std::size_t drained_bytes_max = 64 << 10;

bool leads_on(const ResponseHead& head) {
  constexpr std::array<std::uint16_t, 5> statuses{301, 302, 303, 307, 308};
  return std::ranges::find(statuses, head.status) != statuses.end() &&
         !head.fields.find("Location").value_or("").empty();
}

/// Shows the last answer to the sink, and keeps those before it to itself.
class LastAnswer final : public BodySink {
 public:
  explicit LastAnswer(BodySink& sink) : sink_(sink) {}

  Appetite head(const ResponseHead& head) override {
    drained_ = 0;
    on_the_way_ = leads_on(head);
    return on_the_way_ ? Appetite::more : sink_.head(head);
  }
  Appetite body(std::span<const std::byte> bytes) override {
    if (!on_the_way_) return sink_.body(bytes);
    drained_ += bytes.size();
    return drained_ > drained_bytes_max ? Appetite::enough : Appetite::more;
  }
  Task<Result<void>> settled() override { return sink_.settled(); }

 private:
  BodySink& sink_;
  std::size_t drained_ = 0;
  bool on_the_way_ = false;
};

bool becomes_get(std::string_view method, std::uint16_t status, const RedirectPolicy& policy) {
  switch (status) {
    case 301: return method == "POST" && !policy.keep_post_301;
    case 302: return method == "POST" && !policy.keep_post_302;
    case 303: return method != "GET" && method != "HEAD" && !(method == "POST" && policy.keep_post_303);
    default: return false;
  }
}

class Following {
 public:
  Following(ClientCore& core, Fetched& into, const HttpRequest& request, BodySink& sink, const RequestOptions& options)
      : core_(core), into_(into), sink_(sink), options_(options), first_(request), total_(options.timeouts.total) {
    remember(request);
  }

  Task<void> run() {
    co_await core_.run({first_, options_, sink_, into_, total_});
    const Instant started = into_.started;
    bool sent = into_.exchange.sent;
    Duration queued{};
    while (into_.verdict == Verdict::ok && leads_on(into_.head)) {
      const Instant ended = into_.finished;
      if (!go_on()) break;
      co_await core_.run({next_, options_, sink_, into_, total_, leads_away()});
      queued += std::max(into_.started - ended, Duration{});
      sent |= into_.exchange.sent;
    }
    // A POST that was answered with the way to its result was done, whatever becomes of the rest.
    into_.exchange.sent = sent;
    into_.started = started + queued;
    into_.exchange.redirects = std::move(chain_);
  }

 private:
  bool stop(Verdict verdict, std::string detail) {
    into_.verdict = verdict;
    into_.exchange.detail = std::move(detail);
    return false;
  }

  /// To a host that the user did not name himself.
  bool leads_away() const { return next_.url.host != first_.url.host; }

  void remember(const HttpRequest& request) { seen_.push_back(request.method + " " + write_url(request.url)); }

  bool go_on() {
    const RedirectPolicy& policy = *options_.follow;
    const HttpRequest& asked = chain_.empty() ? first_ : next_;
    Parsed<Url> to = resolve_reference(asked.url, *into_.head.fields.find("Location"));
    if (!to) return stop(Verdict::bad_redirect, to.error().text);
    if (chain_.size() >= policy.redirects_max)
      return stop(Verdict::too_many_redirects, "more redirects than are followed");
    const std::uint16_t status = into_.head.status;
    HttpRequest next = redirected(asked, status, std::move(*to), policy);
    if (next.source != nullptr && !next.source->rewind())
      return stop(Verdict::bad_redirect, "the body of the request cannot be sent a second time");
    chain_.push_back({status, write_url(next.url)});
    next_ = std::move(next);
    if (const std::optional<Verdict> objection = core_.dialer().objection_to(
            {.host = next_.url.host, .address = next_.url.address, .port = next_.url.port, .redirected = leads_away()}))
      return stop(*objection, "a redirect leads to " + next_.url.host);
    remember(next_);
    // With cookies the same question may get another answer.
    if (options_.cookies == nullptr && std::ranges::count(seen_, seen_.back()) > 1)
      return stop(Verdict::redirect_loop, "the redirects come back to " + write_url(next_.url));
    total_ -= into_.finished - into_.started;
    if (total_ > Duration{}) return true;
    into_.error = ETIMEDOUT;
    return stop(Verdict::total_timeout, "the time was over within the redirects");
  }

  ClientCore& core_;
  Fetched& into_;
  LastAnswer sink_;
  const RequestOptions& options_;
  const HttpRequest& first_;
  HttpRequest next_;
  std::vector<Redirect> chain_;
  std::vector<std::string> seen_;
  Duration total_;
};

}  // namespace

HttpRequest redirected(const HttpRequest& request, std::uint16_t status, Url to, const RedirectPolicy& policy) {
  HttpRequest next = request;
  // What has a body is a POST to curl, whatever -X calls it.
  const bool posts = policy.keep_method && (!request.body.empty() || request.source != nullptr);
  if (becomes_get(posts ? "POST" : request.method, status, policy)) {
    if (!policy.keep_method) next.method = "GET";
    next.body.clear();
    next.source = nullptr;
    for (const std::string_view name : {"Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding"})
      next.fields.remove(name);
  }
  if (!same_origin(request.url, to)) {
    next.fields.remove("Host");
    if (!policy.trusted)
      for (const std::string_view name : {"Authorization", "Cookie"}) next.fields.remove(name);
  }
  next.url = std::move(to);
  return next;
}

Task<void> fetch_following(ClientCore& core, Fetched& into, const HttpRequest& request, BodySink& sink,
                           const RequestOptions& options) {
  Following following(core, into, request, sink, options);
  co_await following.run();
}

}  // namespace atonce
