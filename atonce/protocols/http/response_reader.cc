#include "atonce/protocols/http/response_reader.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "atonce/protocols/http/body_reader.h"
#include "atonce/protocols/http/head_text.h"
#include "atonce/protocols/http/message_framing.h"
#include "atonce/protocols/http/message_syntax.h"

namespace atonce {

struct ResponseReader::State {
  enum class Phase : std::uint8_t { idle, head, body, switched, failed };

  explicit State(const HttpLimits& given)
      : limits(given), text(given), syntax(MessageSyntax::Side::response), content(given, text) {}

  HttpEvent fail(HttpFault found);
  HttpEvent next_of_head(std::string_view& input);
  HttpEvent judge_head();
  HttpEvent next_of_body(std::string_view& input);
  void frame(const FramingFields& fields);
  HttpEvent end();

  HttpLimits limits;
  HeadText text;
  MessageSyntax syntax;
  BodyReader content;
  Phase phase = Phase::idle;
  std::string method;
  ResponseHead head;
  HttpFault fault = HttpFault::none;
  unsigned interims = 0;
  bool may_switch = false;
  bool switches = false;
  bool keep_alive = true;
  bool answered = false;
  bool after_interim = false;
};

HttpEvent ResponseReader::State::fail(HttpFault found) {
  phase = Phase::failed;
  fault = found;
  keep_alive = false;
  return HttpEvent::fault;
}

HttpEvent ResponseReader::State::next_of_head(std::string_view& input) {
  if (after_interim) text.begin(HeadText::Kind::response, head.fields);
  after_interim = false;
  for (;;) {
    answered |= !input.empty();
    switch (text.take(input)) {
      case HeadText::Step::more: return HttpEvent::more;
      case HeadText::Step::fault: return fail(text.fault());
      case HeadText::Step::complete: return judge_head();
      case HeadText::Step::start_line:
        if (const HttpFault found = parse_status_line(text.start_line(), head); found != HttpFault::none)
          return fail(found);
    }
  }
}

HttpEvent ResponseReader::State::judge_head() {
  const FramingFields fields = read_framing(head.fields, head.version);
  if (fields.fault != HttpFault::none) return fail(fields.fault);
  const HttpFault found = syntax.read_head(text.text(), fields.chunked, fields.has_length, fields.length);
  if (found != HttpFault::none) return fail(found);

  if (head.status / 100 == 1 && head.status != 101) {
    if (++interims > limits.interim_max) return fail(HttpFault::too_many_interim);
    after_interim = true;
    return HttpEvent::interim;
  }
  if (head.status == 101 && !may_switch) return fail(HttpFault::unasked_switch);
  frame(fields);
  phase = Phase::body;
  return HttpEvent::head;
}

/// RFC 9112 6.3.
void ResponseReader::State::frame(const FramingFields& fields) {
  switches = head.status == 101 || (method == "CONNECT" && head.status / 100 == 2);
  keep_alive = fields.keep_alive && !switches;
  if (has_no_body(method, head.status)) {
    // Whoever announces a body where none can be may send it all the same.
    if (head.status == 204 && (fields.chunked || fields.length > 0)) keep_alive = false;
    content.begin(BodyFraming::none());
  } else if (fields.chunked) {
    content.begin(BodyFraming::chunked());
  } else if (fields.has_length) {
    content.begin(BodyFraming::of_length(fields.length));
  } else {
    keep_alive = false;
    content.begin(BodyFraming::until_close());
  }
}

HttpEvent ResponseReader::State::next_of_body(std::string_view& input) {
  const HttpEvent event = content.next(input);
  if (event == HttpEvent::fault) return fail(content.fault());
  return event == HttpEvent::end ? end() : event;
}

HttpEvent ResponseReader::State::end() {
  phase = switches ? Phase::switched : Phase::idle;
  return HttpEvent::end;
}

ResponseReader::ResponseReader(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

void ResponseReader::begin(std::string_view method, bool may_switch) {
  if (state_->phase == State::Phase::failed) return;
  if (state_->phase != State::Phase::idle) throw std::logic_error("an answer is awaited before the last one has ended");
  state_->phase = State::Phase::head;
  state_->method = method;
  state_->may_switch = may_switch;
  state_->switches = state_->answered = state_->after_interim = false;
  state_->interims = 0;
  state_->text.reset_bytes();
  state_->text.begin(HeadText::Kind::response, state_->head.fields);
  state_->content.begin(BodyFraming::none());
}

HttpEvent ResponseReader::next(std::string_view& input) {
  switch (state_->phase) {
    case State::Phase::idle: return input.empty() ? HttpEvent::more : state_->fail(HttpFault::stray_bytes);
    case State::Phase::head: return state_->next_of_head(input);
    case State::Phase::body: return state_->next_of_body(input);
    case State::Phase::switched: return HttpEvent::more;
    case State::Phase::failed: return HttpEvent::fault;
  }
  return HttpEvent::fault;
}

HttpEvent ResponseReader::finish() {
  switch (state_->phase) {
    case State::Phase::idle:
    case State::Phase::switched: return HttpEvent::more;
    case State::Phase::failed: return HttpEvent::fault;
    case State::Phase::head: return state_->fail(state_->answered ? HttpFault::ended_in_head : HttpFault::empty_reply);
    case State::Phase::body:
      if (state_->content.finish() == HttpEvent::fault) return state_->fail(state_->content.fault());
      state_->keep_alive = false;
      return state_->end();
  }
  return HttpEvent::fault;
}

const ResponseHead& ResponseReader::head() const { return state_->head; }
ResponseHead ResponseReader::take_head() { return std::exchange(state_->head, {}); }
std::string_view ResponseReader::body() const { return state_->content.piece(); }
const Fields& ResponseReader::trailers() const { return state_->content.trailers(); }
HttpFault ResponseReader::fault() const { return state_->fault; }
BodyFraming ResponseReader::framing() const { return state_->content.framing(); }
bool ResponseReader::keep_alive() const { return state_->keep_alive && state_->phase == State::Phase::idle; }
bool ResponseReader::switched() const { return state_->phase == State::Phase::switched; }
bool ResponseReader::answered() const { return state_->answered; }
std::uint64_t ResponseReader::head_bytes() const { return state_->text.bytes(); }
std::uint64_t ResponseReader::body_bytes() const { return state_->content.bytes(); }
std::uint64_t ResponseReader::wire_bytes() const { return state_->content.wire_bytes(); }

}  // namespace atonce
