#include "atonce/world/web/http2_connection.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "atonce/protocols/http/http_date.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/sleep.h"
#include "atonce/world/web/http2_stream.h"

namespace atonce {

/// A connection with a reader and a writer: what comes is fed to the session, what it has to say is sent; and the
/// writer wakes for each stream whose next piece is due.
class WebHttp2Connection : public Http2Service {
 public:
  WebHttp2Connection(WebConnection& carried, std::string first)
      : carried(carried), session(*this, settings()), first_(std::move(first)), bell_(carried.shared.io, 0) {}

  Task<void> serve() {
    co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
      scope.start([](WebHttp2Connection* self, Scope* all) -> Task<void> { return self->read_all(*all); }, this,
                  &scope);
      co_await write_all();
      scope.cancel();
    });
    session.finish();
    if (broken_off_) carried.stream.break_off();
    if (said_goodbye_) co_await carried.stream.finish();
  }

  Http2Exchange* request(Http2StreamId id, RequestHead& head) override {
    auto stream = std::make_unique<Http2WebStream>(*this, id, head);
    return (streams_[id] = std::move(stream)).get();
  }

  /// The stream will not be asked again; it goes when nobody calls it any more.
  void forget(Http2StreamId id) {
    const auto place = streams_.find(id);
    ended_.push_back(std::move(place->second));
    streams_.erase(place);
  }

  /// This answer goes out as it is, and then nothing does.
  void send_raw(WebResponse response) {
    raw_ = std::move(response);
    ring();
  }

  void ring() { bell_.set_capacity(1); }
  Io& io() const { return carried.shared.io; }

  WebConnection& carried;
  Http2Server session;

 private:
  static Http2Settings settings() {
    // Bodies that come are held: each stream's window is what one may cost before it is looked at.
    return {.stream_window_bytes = 256 << 10, .connection_window_bytes = 1 << 20};
  }

  Task<void> read_all(Scope& all) {
    bool works = session.feed(first_);
    first_.clear();
    while (works) {
      ring();
      const Result<std::string_view> came = co_await carried.stream.read(carried.shared.options.idle_timeout);
      if (!came || came->empty()) {
        if (streams_.empty() || !came) break;
        // The client has no more to say, and still waits for its answers.
        ended_by_peer_ = true;
        ring();
        co_return;
      }
      works = session.feed(*came);
      ended_.clear();
    }
    read_ended_ = true;
    ring();
    if (works) all.cancel();
  }

  Instant next_due() const {
    Instant due = never;
    for (const auto& [id, stream] : streams_) due = std::min(due, stream->due());
    return due;
  }

  void go_on_with_what_is_due() {
    const Instant now = io().now();
    std::vector<Http2WebStream*> due;
    for (const auto& [id, stream] : streams_)
      if (stream->due() <= now) due.push_back(stream.get());
    for (Http2WebStream* stream : due) stream->go_on();
  }

  /// Waits for the bell, or until a stream is due.
  Task<void> wait_for_more() {
    const Instant due = next_due();
    const auto rung = [](Limiter& bell) -> Task<Result<void>> {
      Result<Permit> permit = co_await bell.acquire();
      if (!permit) co_return std::unexpected(permit.error());
      co_return Result<void>();
    };
    const Result<void> heard = due == never ? co_await rung(bell_) : co_await until(due, rung(bell_));
    if (heard) bell_.set_capacity(0);
  }

  Task<void> write_all() {
    const Duration patience = carried.shared.options.send_timeout;
    Scope& scope = co_await CurrentScope{};
    std::string out;
    while (!scope.cancelled()) {
      go_on_with_what_is_due();
      if (carried.shared.stopping) session.go_away();
      out.clear();
      session.append_output(out);
      ended_.clear();
      if (!out.empty()) {
        if (!co_await carried.stream.write(out, patience)) co_return;
        continue;
      }
      if (raw_) {
        co_await write_raw();
        co_return;
      }
      if (session.is_over() || read_ended_ || (ended_by_peer_ && streams_.empty())) {
        said_goodbye_ = true;
        co_return;
      }
      co_await wait_for_more();
    }
  }

  Task<void> write_raw() {
    const Duration patience = carried.shared.options.send_timeout;
    if (!co_await carried.stream.write(raw_->body, patience)) co_return;
    while (raw_->pieces) {
      const std::optional<WebPiece> piece = raw_->pieces();
      if (!piece) break;
      if (piece->wait > Duration{} && !co_await sleep_for(io(), piece->wait)) co_return;
      if (!co_await carried.stream.write(piece->bytes, patience)) co_return;
    }
    broken_off_ = raw_->end == WebEnd::reset;
    said_goodbye_ = !broken_off_;
    if (raw_->end == WebEnd::stall) co_await sleep_for(io(), carried.shared.options.stall_timeout);
  }

  std::string first_;
  Limiter bell_;  ///< one place when there is something to do
  std::unordered_map<Http2StreamId, std::unique_ptr<Http2WebStream>> streams_;
  std::vector<std::unique_ptr<Http2WebStream>> ended_;
  std::optional<WebResponse> raw_;
  bool read_ended_ = false;
  bool ended_by_peer_ = false;
  bool broken_off_ = false;
  bool said_goodbye_ = false;
};

Http2WebStream::Http2WebStream(WebHttp2Connection& connection, Http2StreamId id, RequestHead& head)
    : connection_(connection), id_(id) {
  request_.method = std::move(head.method);
  request_.target = std::move(head.target);
  request_.host = std::move(head.authority);
  request_.fields = std::move(head.fields);
  request_.version = HttpVersion::http2;
  request_.stream = static_cast<std::uint32_t>(id);
}

void Http2WebStream::body(std::span<const std::byte> bytes) {
  if (request_.body.size() + bytes.size() > connection_.carried.shared.options.body_bytes_max) body_too_large_ = true;
  if (body_too_large_) {
    request_.body.clear();
    if (!answered_) answer();
    return;
  }
  request_.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Http2WebStream::end() {
  if (!answered_) answer();
}

void Http2WebStream::answer() {
  answered_ = true;
  WebShared& shared = connection_.carried.shared;
  begun_ = shared.io.now();
  complete(request_, connection_.carried);
  ++shared.answering;
  response_ = body_too_large_ ? complaint_response(413, "The body is longer than this server takes.")
                              : shared.options.answer(request_);
  if (response_.raw != WebRaw::no) {
    connection_.send_raw(std::move(response_));
    return;
  }
  piece_ = std::move(response_.body);
  due_ = response_.delay > Duration{} ? later(shared.io.now(), response_.delay) : never;
  if (due_ == never) respond();
  connection_.ring();
}

void Http2WebStream::go_on() {
  due_ = never;
  responded_ ? connection_.session.resume(id_) : respond();
}

void Http2WebStream::respond() {
  responded_ = true;
  ResponseHead head{.status = response_.status, .version = HttpVersion::http2};
  for (const auto& [name, value] : response_.fields)
    if (!equal_but_case(name, "Connection")) head.fields.add(name, value);
  if (!head.fields.has("Date")) head.fields.add("Date", write_http_date(request_.now));
  if (!head.fields.has("Server")) head.fields.add("Server", "atonce");
  if (response_.length && !has_no_body("GET", response_.status))
    head.fields.add("Content-Length", std::to_string(*response_.length));
  const bool bodiless = has_no_body(request_.method, response_.status);
  const Parsed<void> said = connection_.session.respond(id_, head, bodiless ? nullptr : this);
  // A route let something through that cannot be sent.
  if (!said) connection_.session.reset(id_, 2);
}

/// False when there is none; one that has to wait is kept for later.
bool Http2WebStream::take_piece() {
  std::optional<WebPiece> next = response_.pieces ? response_.pieces() : std::nullopt;
  if (!next) return false;
  piece_ = std::move(next->bytes);
  taken_ = 0;
  if (next->wait > Duration{}) due_ = later(connection_.io().now(), next->wait);
  return true;
}

Http2Piece Http2WebStream::read(std::span<std::byte> into) {
  if (due_ != never) return {0, Http2Supply::later};
  std::size_t filled = 0;
  while (filled < into.size()) {
    if (taken_ == piece_.size()) {
      if (!take_piece()) return {filled, Http2Supply::end};
      if (due_ != never) return {filled, filled > 0 ? Http2Supply::some : Http2Supply::later};
    }
    const std::size_t size = std::min(into.size() - filled, piece_.size() - taken_);
    std::memcpy(into.data() + filled, piece_.data() + taken_, size);
    filled += size;
    taken_ += size;
  }
  return {filled, Http2Supply::some};
}

void Http2WebStream::closed(const Http2Break&) {
  if (answered_) {
    --connection_.carried.shared.answering;
    account(connection_.carried, request_, response_.status, begun_);
  }
  connection_.forget(id_);
}

Task<void> serve_http2(WebConnection& connection, std::string first) {
  WebHttp2Connection carrier(connection, std::move(first));
  co_await carrier.serve();
}

}  // namespace atonce
