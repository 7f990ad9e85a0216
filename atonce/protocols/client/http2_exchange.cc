#include "atonce/protocols/client/http2_exchange.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/protocols/client/answer_facts.h"
#include "atonce/protocols/client/verdicts.h"

namespace atonce {
namespace {

// What a streaming body is asked for at a time: a frame.
constexpr std::size_t source_piece_bytes = 16 << 10;

}  // namespace

Http2Piece Http2View::read(std::span<std::byte> into) {
  const std::size_t bytes = std::min(into.size(), rest_.size());
  std::memcpy(into.data(), rest_.data(), bytes);
  rest_.remove_prefix(bytes);
  return {bytes, rest_.empty() ? Http2Supply::end : Http2Supply::some};
}

Http2Piece Http2Pump::read(std::span<std::byte> into) {
  if (failed_) return {0, Http2Supply::failed};
  const std::size_t bytes = std::min(into.size(), piece_.size() - at_);
  std::memcpy(into.data(), piece_.data() + at_, bytes);
  at_ += bytes;
  if (at_ < piece_.size()) return {bytes, Http2Supply::some};
  if (ended_) return {bytes, Http2Supply::end};
  taken_.raise();
  return {bytes, bytes > 0 ? Http2Supply::some : Http2Supply::later};
}

Task<Result<void>> Http2Pump::run(std::function<void()> more) {
  std::string next(source_piece_bytes, '\0');
  while (true) {
    const Result<std::size_t> count = co_await source_.read(std::as_writable_bytes(std::span(next)));
    failed_ = !count;
    if (count) {
      piece_.assign(next, 0, *count);
      at_ = 0;
      ended_ = *count == 0;
    }
    more();
    if (failed_) co_return std::unexpected(count.error());
    if (ended_) co_return Result<void>();
    while (at_ < piece_.size())
      if (const Result<void> taken = co_await taken_.wait(); !taken) co_return taken;
  }
}

Http2ExchangeStream::Http2ExchangeStream(Http2Connection& connection, PhaseWatch& watch, const HttpRequest& request,
                                         const RequestOptions& options, const HttpLimits& limits, BodySink& sink,
                                         Fetched& into)
    : connection_(connection),
      io_(connection.carrier().stream.io()),
      watch_(watch),
      request_(request),
      options_(options),
      limits_(limits),
      into_(into),
      delivery_(sink, options.decode, limits),
      news_(io_),
      view_(request.body) {}

Task<void> Http2ExchangeStream::run(const RequestHead& head) {
  into_.exchange.requested = io_.now();
  if (request_.source == nullptr) {
    co_await exchange(head);
  } else {
    pump_.emplace(io_, *request_.source);
    co_await exchange_with_pump(head);
  }
  note_bytes();
}

Task<void> Http2ExchangeStream::exchange_with_pump(const RequestHead& head) {
  co_await with_scope(io_, [&](Scope& scope) -> Task<void> {
    scope.start(
        [](Http2ExchangeStream* self) -> Task<void> {
          const Result<void> pumped = co_await self->pump_->run([self] {
            if (self->state_ == State::open || self->state_ == State::settling) self->connection_.resume(self->stream_);
          });
          if (!pumped && pumped.error().code != ECANCELED) self->source_error_ = pumped.error();
        },
        this);
    co_await exchange(head);
    scope.cancel();
  });
  if (source_error_) stop(Verdict::local_file, source_error_->code, "the body could not be read to its end");
}

Task<void> Http2ExchangeStream::exchange(const RequestHead& head) {
  Http2Source* source = pump_ ? static_cast<Http2Source*>(&*pump_) : request_.body.empty() ? nullptr : &view_;
  const auto submitted = connection_.submit(head, source, *this);
  if (!submitted) {
    state_ = State::not_begun;
    co_return;
  }
  if (!*submitted) {
    stop(Verdict::invalid_input, 0, submitted->error().text);
    co_return;
  }
  stream_ = **submitted;
  watch_.enter(options_.timeouts.first_byte, Verdict::answer_timeout);
  co_await wait_for_answer();
}

Task<void> Http2ExchangeStream::wait_for_answer() {
  while (state_ == State::open || state_ == State::settling) {
    const Result<void> heard = state_ == State::settling ? Result<void>() : co_await news_.wait();
    if (heard && state_ == State::settling && !co_await settle()) co_return;
    if (heard) continue;
    connection_.cancel(stream_);
    const Verdict verdict = watch_.passed().value_or(Verdict::unfinished);
    stop(verdict, verdict == Verdict::unfinished ? ECANCELED : ETIMEDOUT, "");
  }
  if (state_ == State::broken) note_break();
}

/// What comes meanwhile is held; then it is delivered.
Task<bool> Http2ExchangeStream::settle() {
  const Result<void> settled = co_await delivery_.sink().settled();
  if (!settled) {
    if (!ended_ && !break_) connection_.cancel(stream_);
    const bool ours = settled.error().code == ECANCELED;
    stop(ours ? watch_.passed().value_or(Verdict::unfinished) : Verdict::local_file, settled.error().code,
         ours ? "" : "the body went nowhere");
    co_return false;
  }
  watch_.progress(io_.now());
  state_ = State::open;
  take(delivery_.resume());
  if (state_ == State::open && !held_.empty()) {
    const std::string held = std::exchange(held_, {});
    deliver(std::as_bytes(std::span(held)));
  }
  if (state_ != State::open) co_return true;
  if (break_) {
    state_ = State::broken;
  } else if (ended_) {
    complete();
  } else {
    connection_.release_window(stream_);
  }
  co_return true;
}

void Http2ExchangeStream::answered() {
  const Instant now = io_.now();
  if (!std::exchange(answered_, true)) {
    into_.exchange.answered = now;
    watch_.enter(options_.timeouts.idle, Verdict::idle_timeout);
  }
  watch_.progress(now);
}

void Http2ExchangeStream::head(ResponseHead& head) {
  answered();
  note_head(into_, head);
  into_.exchange.head_bytes = written_bytes(head);
  take(delivery_.head(head, !has_no_body(request_.method, head.status)));
}

void Http2ExchangeStream::body(std::span<const std::byte> bytes) {
  answered();
  wire_bytes_ += bytes.size();
  if (state_ == State::stopped) return;
  if (wire_bytes_ > limits_.body_bytes_max) {
    connection_.cancel(stream_);
    return stop(verdict_of(HttpFault::body_too_large), 0, sentence_of(HttpFault::body_too_large));
  }
  if (state_ == State::settling) {
    held_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else {
    deliver(bytes);
  }
}

void Http2ExchangeStream::deliver(std::span<const std::byte> bytes) {
  take(delivery_.body({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

void Http2ExchangeStream::take(Delivery::State state) {
  switch (state) {
    case Delivery::State::more: return;
    case Delivery::State::settle:
      delivery_.keep_rest();
      state_ = State::settling;
      if (!ended_ && !break_) connection_.hold(stream_);
      return news_.raise();
    case Delivery::State::enough:
      into_.exchange.truncated = true;
      if (!ended_ && !break_) connection_.cancel(stream_);
      return stop(Verdict::ok, 0, "");
    case Delivery::State::fault:
      if (!ended_ && !break_) connection_.cancel(stream_);
      return stop(verdict_of(delivery_.fault()), 0, sentence_of(delivery_.fault()));
  }
}

void Http2ExchangeStream::end() {
  ended_ = true;
  if (state_ == State::open) complete();
}

void Http2ExchangeStream::complete() {
  if (delivery_.end() != Delivery::State::more) return take(Delivery::State::fault);
  into_.verdict = Verdict::ok;
  state_ = State::complete;
  news_.raise();
}

void Http2ExchangeStream::broken(const Http2Break& why) {
  break_ = why;
  if (state_ == State::open) state_ = State::broken;
  news_.raise();
}

void Http2ExchangeStream::note_break() {
  const int error = connection_.error();
  if (break_->fault != Http2Fault::closed || (error == 0 && answered_))
    return stop(break_->fault == Http2Fault::closed ? Verdict::partial : verdict_of(break_->fault), 0,
                sentence_of(break_->fault));
  if (error == 0 || error == ECANCELED)
    return stop(Verdict::empty_reply, 0, "the connection was closed before an answer");
  stop(verdict_of_loss(Error{error}, answered_), error, sentence_of_loss(Error{error}, answered_));
}

void Http2ExchangeStream::stop(Verdict verdict, int error, std::string_view detail) {
  state_ = State::stopped;
  into_.verdict = verdict;
  into_.error = error;
  into_.exchange.detail = detail;
  news_.raise();
}

void Http2ExchangeStream::note_bytes() {
  into_.exchange.wire_body_bytes = wire_bytes_;
  into_.exchange.body_bytes = delivery_.delivered_bytes();
}

}  // namespace atonce
