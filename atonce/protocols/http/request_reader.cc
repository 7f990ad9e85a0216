#include "atonce/protocols/http/request_reader.h"

#include <utility>

#include "atonce/protocols/http/body_reader.h"
#include "atonce/protocols/http/head_text.h"
#include "atonce/protocols/http/message_framing.h"
#include "atonce/protocols/http/message_syntax.h"

namespace atonce {
namespace {

/// uri-host [":" port] of RFC 9110 7.2, as far as it matters: nothing that other readers take for the end of it.
bool is_host(std::string_view host) {
  for (const char byte : host)
    if (static_cast<unsigned char>(byte) <= ' ' || static_cast<unsigned char>(byte) >= 0x7f ||
        std::string_view("/?#@,\\\"<>^`{|}").contains(byte))
      return false;
  return true;
}

HttpFault judge_host(const FramingFields& fields, HttpVersion version) {
  if (fields.hosts > 1 || !is_host(fields.host)) return HttpFault::bad_host;
  return fields.hosts == 0 && version == HttpVersion::http11 ? HttpFault::bad_host : HttpFault::none;
}

/// RFC 9112 6.3: a request without either field has no body. That of a CONNECT was refused before.
BodyFraming frame(const FramingFields& fields) {
  if (fields.chunked) return BodyFraming::chunked();
  return fields.has_length ? BodyFraming::of_length(fields.length) : BodyFraming::none();
}

}  // namespace

struct RequestReader::State {
  enum class Phase : std::uint8_t { head, body, over, failed };

  explicit State(const HttpLimits& limits)
      : text(limits), syntax(MessageSyntax::Side::request), content(limits, text) {}

  void begin();
  HttpEvent fail(HttpFault found);
  HttpEvent next_of_head(std::string_view& input);
  HttpEvent judge_head();
  HttpFault judge(const FramingFields& fields);

  HeadText text;
  MessageSyntax syntax;
  BodyReader content;
  Phase phase = Phase::head;
  RequestHead head;
  HttpFault fault = HttpFault::none;
  bool expects_continue = false;
  bool keep_alive = true;
};

void RequestReader::State::begin() {
  phase = Phase::head;
  expects_continue = false;
  text.reset_bytes();
  text.begin(HeadText::Kind::request, head.fields);
  content.begin(BodyFraming::none());
}

HttpEvent RequestReader::State::fail(HttpFault found) {
  phase = Phase::failed;
  fault = found;
  keep_alive = false;
  return HttpEvent::fault;
}

HttpEvent RequestReader::State::next_of_head(std::string_view& input) {
  for (;;) {
    switch (text.take(input)) {
      case HeadText::Step::more: return HttpEvent::more;
      case HeadText::Step::fault: return fail(text.fault());
      case HeadText::Step::complete: return judge_head();
      case HeadText::Step::start_line:
        if (const HttpFault found = parse_request_line(text.start_line(), head); found != HttpFault::none)
          return fail(found);
    }
  }
}

HttpFault RequestReader::State::judge(const FramingFields& fields) {
  if (fields.fault != HttpFault::none) return fields.fault;
  const HttpFault found = syntax.read_head(text.text(), fields.chunked, fields.has_length, fields.length);
  if (found != HttpFault::none) return found;
  if (head.method == "CONNECT" && (fields.chunked || fields.length > 0)) return HttpFault::bad_length;
  if (fields.has_expect && !equal_but_case(fields.expect, "100-continue")) return HttpFault::unknown_expectation;
  return judge_host(fields, head.version);
}

HttpEvent RequestReader::State::judge_head() {
  const FramingFields fields = read_framing(head.fields, head.version);
  if (const HttpFault found = judge(fields); found != HttpFault::none) return fail(found);
  head.authority = fields.host;
  keep_alive = fields.keep_alive;
  content.begin(frame(fields));
  expects_continue = fields.has_expect && head.version == HttpVersion::http11 && (fields.chunked || fields.length > 0);
  phase = Phase::body;
  return HttpEvent::head;
}

RequestReader::RequestReader(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) { state_->begin(); }
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

void RequestReader::begin() {
  if (state_->phase != State::Phase::failed) state_->begin();
}

HttpEvent RequestReader::next(std::string_view& input) {
  switch (state_->phase) {
    case State::Phase::head: return state_->next_of_head(input);
    case State::Phase::over: return HttpEvent::more;
    case State::Phase::failed: return HttpEvent::fault;
    case State::Phase::body: break;
  }
  const HttpEvent event = state_->content.next(input);
  if (event == HttpEvent::fault) return state_->fail(state_->content.fault());
  if (event == HttpEvent::end) state_->phase = State::Phase::over;
  return event;
}

HttpEvent RequestReader::finish() {
  switch (state_->phase) {
    case State::Phase::over: return HttpEvent::more;
    case State::Phase::failed: return HttpEvent::fault;
    case State::Phase::head: return state_->text.touched() ? state_->fail(HttpFault::ended_in_head) : HttpEvent::more;
    case State::Phase::body: break;
  }
  if (state_->content.finish() == HttpEvent::fault) return state_->fail(state_->content.fault());
  state_->phase = State::Phase::over;
  return HttpEvent::end;
}

const RequestHead& RequestReader::head() const { return state_->head; }
RequestHead RequestReader::take_head() { return std::exchange(state_->head, {}); }
std::string_view RequestReader::body() const { return state_->content.piece(); }
const Fields& RequestReader::trailers() const { return state_->content.trailers(); }
HttpFault RequestReader::fault() const { return state_->fault; }
BodyFraming RequestReader::framing() const { return state_->content.framing(); }
bool RequestReader::expects_continue() const { return state_->expects_continue; }
bool RequestReader::keep_alive() const { return state_->keep_alive; }
bool RequestReader::in_message() const {
  return state_->phase == State::Phase::body || (state_->phase == State::Phase::head && state_->text.touched());
}
std::uint64_t RequestReader::body_bytes() const { return state_->content.bytes(); }

}  // namespace atonce
