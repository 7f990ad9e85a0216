#include <algorithm>

#include "atonce/protocols/http/http_date.h"
#include "atonce/protocols/http/request_reader.h"
#include "atonce/protocols/http/writer.h"
#include "atonce/runtime/sleep.h"
#include "atonce/world/web/web_connection.h"

namespace atonce {
namespace {

constexpr std::size_t together_bytes = 16 * 1024;  // Pieces that need not wait go out together.

class Http1Connection {
 public:
  Http1Connection(WebConnection& connection, std::string first)
      : connection_(connection),
        shared_(connection.shared),
        stream_(connection.stream),
        first_(std::move(first)),
        reader_(limits()) {
    unread_ = first_;
  }

  Task<void> serve() {
    while (true) {
      const Result<bool> came = co_await read_request();
      if (!came || !*came) co_return;
      const Instant begun = shared_.io.now();
      complete(request_, connection_);
      keep_ = reader_.keep_alive() && !shared_.stopping;
      ++shared_.answering;
      const WebResponse response = shared_.options.answer(request_);
      const bool sent = co_await send_response(response);
      --shared_.answering;
      account(connection_, request_, response.status, begun);
      if (!sent || !keep_ || response.end != WebEnd::keep) {
        if (sent) co_await end_as(response.end);
        co_return;
      }
      reader_.begin();
    }
  }

 private:
  HttpLimits limits() const { return {.body_bytes_max = shared_.options.body_bytes_max}; }
  Duration send_patience() const { return shared_.options.send_timeout; }

  /// More of the connection. False at its end, and when it is better ended.
  Task<Result<bool>> read_more() {
    Duration patience = shared_.options.idle_timeout;
    if (reader_.in_message()) {
      if (request_due_ == never) request_due_ = later(shared_.io.now(), shared_.options.request_timeout);
      patience = std::max(request_due_ - shared_.io.now(), Duration(1));
    }
    const Result<std::string_view> came = co_await stream_.read(patience);
    if (!came) co_return std::unexpected(came.error());
    unread_ = *came;
    co_return !came->empty();
  }

  /// True when `request_` is whole.
  Task<Result<bool>> read_request() {
    request_ = {};
    request_due_ = never;
    while (true) {
      switch (reader_.next(unread_)) {
        case HttpEvent::more: {
          const Result<bool> came = co_await read_more();
          if (!came && came.error().code == ETIMEDOUT && reader_.in_message()) co_await refuse(408);
          if (!came) co_return came;
          if (*came) break;
          if (reader_.finish() == HttpEvent::fault) co_await refuse(row_of(reader_.fault()).status);
          co_return false;
        }
        case HttpEvent::head:
          if (reader_.expects_continue()) {
            const auto sent = co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n", send_patience());
            if (!sent) co_return std::unexpected(sent.error());
          }
          break;
        case HttpEvent::body: request_.body += reader_.body(); break;
        case HttpEvent::end: {
          RequestHead head = reader_.take_head();
          request_.method = std::move(head.method);
          request_.target = std::move(head.target);
          request_.host = std::move(head.authority);
          request_.version = head.version;
          request_.fields = std::move(head.fields);
          co_return true;
        }
        case HttpEvent::fault: co_await refuse(row_of(reader_.fault()).status); co_return false;
        case HttpEvent::interim: co_return false;  // Not of a request.
      }
    }
  }

  /// Says why, where that makes sense, and ends the connection.
  Task<void> refuse(std::uint16_t status) {
    ++shared_.counts.refused;
    if (status == 0) co_return;
    const std::string_view why =
        status == 408 ? "The request did not come to its end in time." : sentence_of(reader_.fault());
    const WebResponse response = complaint_response(status, why);
    request_.method = "GET";
    keep_ = false;
    if (co_await send_response(response)) co_await stream_.finish();
  }

  BodyFraming framing_of(const WebResponse& response) {
    if (response.length) return BodyFraming::of_length(*response.length);
    if (request_.version == HttpVersion::http11) return BodyFraming::chunked();
    keep_ = false;
    return BodyFraming::until_close();
  }

  std::string write_head(const WebResponse& response, BodyFraming framing) const {
    ResponseHead head{.status = response.status,
                      .reason = response.reason,
                      .version = HttpVersion::http11,
                      .fields = response.fields};
    if (!head.fields.has("Date")) head.fields.add("Date", write_http_date(request_.now));
    if (!head.fields.has("Server")) head.fields.add("Server", "atonce");
    if (!keep_ && framing.kind != BodyKind::until_close) head.fields.add("Connection", "close");
    if (keep_ && request_.version == HttpVersion::http10) head.fields.add("Connection", "keep-alive");
    const Parsed<std::string> text = write_response(head, framing);
    // A route let something through that cannot be sent: its mistake, and the client's to hear of.
    return text ? *text : "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  Task<bool> flush() {
    const Result<void> sent = co_await stream_.write(out_, send_patience());
    out_.clear();
    co_return sent.has_value();
  }

  /// False when the peer does not take it.
  Task<bool> send_response(const WebResponse& response) {
    if (response.delay > Duration{} && !co_await sleep_for(shared_.io, response.delay)) co_return false;
    const bool bodiless = response.raw == WebRaw::no && has_no_body(request_.method, response.status);
    BodyFraming framing;
    out_.clear();
    if (response.raw == WebRaw::no) {
      framing = framing_of(response);
      if (has_no_body("GET", response.status)) framing = BodyFraming::none();
      out_ = write_head(response, framing);
    }
    const bool chunked = framing.kind == BodyKind::chunked;
    if (!bodiless) {
      chunked ? append_chunk(out_, response.body) : void(out_ += response.body);
      while (response.pieces) {
        std::optional<WebPiece> piece = response.pieces();
        if (!piece) break;
        if (piece->wait > Duration{}) {
          if (!co_await flush() || !co_await sleep_for(shared_.io, piece->wait)) co_return false;
        }
        chunked ? append_chunk(out_, piece->bytes) : void(out_ += piece->bytes);
        if (out_.size() >= together_bytes && !co_await flush()) co_return false;
      }
      if (chunked) out_ += last_chunk;
    }
    co_return co_await flush();
  }

  Task<void> end_as(WebEnd end) {
    switch (end) {
      case WebEnd::reset: stream_.break_off(); break;
      case WebEnd::stall: {
        const Instant due = later(shared_.io.now(), shared_.options.stall_timeout);
        while (shared_.io.now() < due) {
          const Result<std::string_view> came = co_await stream_.read(due - shared_.io.now());
          if (!came || came->empty()) co_return;
        }
        break;
      }
      case WebEnd::keep:
      case WebEnd::finish: co_await stream_.finish(); break;
    }
  }

  WebConnection& connection_;
  WebShared& shared_;
  WebStream& stream_;
  std::string first_;
  RequestReader reader_;
  std::string_view unread_;
  std::string out_;
  WebRequest request_;
  Instant request_due_ = never;
  bool keep_ = true;  ///< the connection serves another request after this one
};

}  // namespace

Task<void> serve_http1(WebConnection& connection, std::string first) {
  Http1Connection carrier(connection, std::move(first));
  co_await carrier.serve();
}

}  // namespace atonce
