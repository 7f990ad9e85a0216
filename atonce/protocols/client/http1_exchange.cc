#include "atonce/protocols/client/http1_exchange.h"

#include <cerrno>

#include "atonce/protocols/client/answer_facts.h"
#include "atonce/protocols/client/request_head.h"
#include "atonce/protocols/client/verdicts.h"
#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

// A body up to this goes out with its head, in one packet or a few.
constexpr std::size_t body_with_head_max = 16 << 10;
// What a streaming body is asked for at a time.
constexpr std::size_t source_piece_bytes = 16 << 10;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

Http1Exchange::Http1Exchange(Connection& connection, PhaseWatch& watch, const HttpRequest& request,
                             const RequestOptions& options, const HttpLimits& limits, BodySink& sink, Fetched& into)
    : connection_(connection),
      watch_(watch),
      request_(request),
      options_(options),
      into_(into),
      delivery_(sink, options.decode, limits),
      sent_before_(connection.stream.sent()) {}

Task<void> Http1Exchange::run(RequestWriter& writer, const Proxy* via) {
  if (!prepare(writer, via)) co_return;
  ByteStream& stream = connection_.stream;
  into_.exchange.requested = stream.io().now();
  if (body_apart_) {
    co_await send_and_receive();
    co_return;
  }
  Result<void> sent = co_await stream.send_all(bytes_of(connection_.outgoing));
  all_sent_ = sent.has_value();
  if (!sent && sent.error().code != EPIPE && sent.error().code != ECONNRESET) {
    lose(sent.error());
    co_return;
  }
  // Whoever hung up may have said why before.
  watch_.enter(options_.timeouts.first_byte, Verdict::answer_timeout);
  co_await receive_answer();
}

bool Http1Exchange::prepare(RequestWriter& writer, const Proxy* via) {
  framing_ = framing_of(request_);
  connection_.reader.begin(request_.method);
  connection_.outgoing.clear();
  if (const Parsed<void> written = writer.append(connection_.outgoing, request_, options_, via, framing_); !written) {
    fail(Verdict::invalid_input, 0, written.error().text);
    return false;
  }
  body_apart_ = request_.source != nullptr || request_.body.size() > body_with_head_max;
  if (!body_apart_) connection_.outgoing += request_.body;
  return true;
}

/// The answer may come before the end of the body, and be the reason why the rest is not wanted.
Task<void> Http1Exchange::send_and_receive() {
  co_await with_scope(connection_.stream.io(), [this](Scope& scope) -> Task<void> {
    scope.start(
        [](Http1Exchange* self) -> Task<void> {
          const Result<void> sent = co_await self->send_body();
          self->all_sent_ = sent.has_value();
          if (sent) self->watch_.enter(self->options_.timeouts.first_byte, Verdict::answer_timeout);
        },
        this);
    co_await receive_answer();
    scope.cancel();
  });
  if (!source_error_) co_return;
  complete_ = false;
  fail(Verdict::local_file, source_error_->code, "the body could not be read to its end");
}

Task<Result<void>> Http1Exchange::send_body() {
  ByteStream& stream = connection_.stream;
  std::string& outgoing = connection_.outgoing;
  if (request_.source == nullptr) {
    const Result<void> head = co_await stream.send_all(bytes_of(outgoing));
    if (!head) co_return head;
    co_return co_await stream.send_all(bytes_of(request_.body));
  }
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(source_piece_bytes);
  const bool chunked = framing_.kind == BodyKind::chunked;
  std::uint64_t left = chunked ? 0 : framing_.length;
  while (true) {
    const Result<std::size_t> count = co_await read_source({piece.get(), source_piece_bytes});
    if (!count) co_return std::unexpected(count.error());
    const std::string_view text(reinterpret_cast<const char*>(piece.get()), *count);
    if (!chunked && (*count > left || (*count == 0 && left > 0))) co_return break_off(Error{EMSGSIZE});
    if (!chunked) {
      left -= *count;
      outgoing.append(text);
    } else if (*count > 0) {
      append_chunk(outgoing, text);
    } else {
      outgoing.append(last_chunk);
    }
    const Result<void> sent = co_await stream.send_all(bytes_of(outgoing));
    if (!sent || *count == 0) co_return sent;
    outgoing.clear();
  }
}

/// A body that fails leaves nothing to wait for.
std::unexpected<Error> Http1Exchange::break_off(Error error) {
  if (error.code != ECANCELED) {
    source_error_ = error;
    watch_.give_up();
  }
  return std::unexpected(error);
}

Task<Result<std::size_t>> Http1Exchange::read_source(std::span<std::byte> into) {
  const Result<std::size_t> count = co_await request_.source->read(into);
  if (!count) co_return break_off(count.error());
  co_return count;
}

Task<void> Http1Exchange::receive_answer() {
  ByteStream& stream = connection_.stream;
  const std::span<std::byte> buffer(connection_.buffer.get(), buffer_bytes);
  while (true) {
    const Result<std::size_t> count = stream.tls() != nullptr ? co_await stream.receive_tls(buffer)
                                                              : co_await receive(stream.io(), stream.socket(), buffer);
    if (!came(count)) co_return;
    Step step = consume();
    while (step == Step::settle) {
      const Result<void> settled = co_await delivery_.sink().settled();
      if (!settled) {
        settled.error().code == ECANCELED ? lose(settled.error())
                                          : fail(Verdict::local_file, settled.error().code, "the body went nowhere");
        co_return;
      }
      watch_.progress(stream.io().now());
      step = step_of(delivery_.resume());
      if (step == Step::more) step = consume();
    }
    if (step == Step::done) co_return;
  }
}

/// False when nothing came, or never will.
bool Http1Exchange::came(const Result<std::size_t>& count) {
  if (!count) {
    lose(count.error());
    return false;
  }
  if (*count == 0) {
    stream_ended();
    return false;
  }
  const Instant now = connection_.stream.io().now();
  if (into_.exchange.answered == Instant{}) {
    into_.exchange.answered = now;
    watch_.enter(options_.timeouts.idle, Verdict::idle_timeout);
  }
  watch_.progress(now);
  connection_.emptied = *count < buffer_bytes;
  rest_ = {reinterpret_cast<const char*>(connection_.buffer.get()), *count};
  return true;
}

Http1Exchange::Step Http1Exchange::consume() {
  ResponseReader& reader = connection_.reader;
  while (true) {
    switch (reader.next(rest_)) {
      case HttpEvent::more: return Step::more;
      case HttpEvent::interim: break;
      case HttpEvent::head:
        if (const Step step = take_head(); step != Step::more) return step;
        break;
      case HttpEvent::body:
        if (const Step step = step_of(delivery_.body(reader.body())); step != Step::more) return step;
        break;
      case HttpEvent::end: return end();
      case HttpEvent::fault: fail(verdict_of(reader.fault()), 0, sentence_of(reader.fault())); return Step::done;
    }
  }
}

Http1Exchange::Step Http1Exchange::take_head() {
  const ResponseHead& head = connection_.reader.head();
  note_head(into_, head);
  const BodyFraming framing = connection_.reader.framing();
  const bool has_body = framing.kind != BodyKind::none && framing != BodyFraming::of_length(0);
  const Delivery::State state = delivery_.head(head, has_body);
  return state == Delivery::State::enough && !has_body ? Step::more : step_of(state);
}

Http1Exchange::Step Http1Exchange::step_of(Delivery::State state) {
  switch (state) {
    case Delivery::State::more: return Step::more;
    case Delivery::State::settle: return Step::settle;
    case Delivery::State::enough:
      note_answer();
      into_.exchange.truncated = true;
      into_.verdict = Verdict::ok;
      return Step::done;
    case Delivery::State::fault: break;
  }
  fail(verdict_of(delivery_.fault()), 0, sentence_of(delivery_.fault()));
  return Step::done;
}

Http1Exchange::Step Http1Exchange::end() {
  if (const Delivery::State state = delivery_.end(); state != Delivery::State::more) return step_of(state);
  note_answer();
  into_.verdict = Verdict::ok;
  complete_ = true;
  if (!rest_.empty()) into_.exchange.detail = "more bytes came behind the end of the answer; the connection was closed";
  return Step::done;
}

void Http1Exchange::note_answer() {
  const ResponseReader& reader = connection_.reader;
  into_.exchange.head_bytes = reader.head_bytes();
  into_.exchange.wire_body_bytes = reader.wire_bytes();
  into_.exchange.body_bytes = delivery_.delivered_bytes();
}

void Http1Exchange::stream_ended() {
  ResponseReader& reader = connection_.reader;
  if (reader.finish() == HttpEvent::end) {
    if (!connection_.stream.cut()) return static_cast<void>(end());
    // Without a close_notify, anybody on the way may have ended it.
    return fail(Verdict::partial, 0, "the answer ends with its connection, which ended without TLS's goodbye");
  }
  lost_ = true;
  fail(verdict_of(reader.fault()), 0, sentence_of(reader.fault()));
}

void Http1Exchange::lose(Error error) {
  const bool answered = connection_.reader.answered();
  if (error.code == ECANCELED) {
    const Verdict verdict = watch_.passed().value_or(Verdict::unfinished);
    return fail(verdict, verdict == Verdict::unfinished ? ECANCELED : ETIMEDOUT, "");
  }
  lost_ = true;
  const TlsSession* const tls = connection_.stream.tls();
  if (error.code == EPROTO && tls != nullptr && tls->fault() != TlsFault::none)
    return fail(verdict_of(tls->fault()), 0, tls->detail());
  fail(verdict_of_loss(error, answered), error.code, sentence_of_loss(error, answered));
}

void Http1Exchange::fail(Verdict verdict, int error, std::string_view detail) {
  note_answer();
  into_.verdict = verdict;
  into_.error = error;
  into_.exchange.detail = detail;
}

}  // namespace atonce
