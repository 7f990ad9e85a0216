#include "atonce/protocols/client/delivery.h"

namespace atonce {

Delivery::State Delivery::state_of(Appetite appetite) {
  switch (appetite) {
    case Appetite::more: return State::more;
    case Appetite::settle: return State::settle;
    case Appetite::enough: break;
  }
  return State::enough;
}

Delivery::State Delivery::head(const ResponseHead& head, bool has_body) {
  if (decode_ && has_body && head.fields.has("Content-Encoding")) {
    auto made = ContentDecoder::make(head.fields.joined("Content-Encoding"), limits_);
    if (!made) {
      fault_ = made.error();
      return State::fault;
    }
    if (!made->identity()) decoder_.emplace(std::move(*made));
  }
  return state_of(sink_.head(head));
}

Delivery::State Delivery::resume() {
  if (!decoder_) {
    if (wire_.empty()) return State::more;
    delivered_ += wire_.size();
    return state_of(sink_.body(std::as_bytes(std::span(std::exchange(wire_, {})))));
  }
  while (true) {
    const std::string_view piece = decoder_->next(wire_);
    if (piece.empty()) break;
    delivered_ += piece.size();
    const State state = state_of(sink_.body(std::as_bytes(std::span(piece))));
    if (state != State::more) return state;
  }
  fault_ = decoder_->fault();
  return fault_ == HttpFault::none ? State::more : State::fault;
}

void Delivery::keep_rest() {
  kept_.assign(wire_);
  wire_ = kept_;
}

Delivery::State Delivery::end() {
  if (!decoder_ || decoder_->finish()) return State::more;
  fault_ = decoder_->fault();
  return State::fault;
}

}  // namespace atonce
