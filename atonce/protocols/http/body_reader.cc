#include "atonce/protocols/http/body_reader.h"

#include <algorithm>

namespace atonce {

void BodyReader::begin(BodyFraming framing) {
  framing_ = framing;
  in_trailers_ = over_ = false;
  fault_ = HttpFault::none;
  piece_ = {};
  chunks_.begin();
  trailers_.clear();
  bytes_ = wire_bytes_ = 0;
}

HttpEvent BodyReader::fail(HttpFault fault) {
  fault_ = fault;
  return HttpEvent::fault;
}

HttpEvent BodyReader::next(std::string_view& input) {
  piece_ = {};
  if (over_) return fail(HttpFault::body_too_large);
  switch (framing_.kind) {
    case BodyKind::none: return HttpEvent::end;
    case BodyKind::length:
      if (framing_.length > bytes_max_) return fail(HttpFault::body_too_large);
      return bytes_ == framing_.length ? HttpEvent::end : give(input, framing_.length);
    case BodyKind::until_close: return give(input, bytes_max_);
    case BodyKind::chunked: return in_trailers_ ? next_of_trailers(input) : next_of_chunks(input);
  }
  return HttpEvent::end;
}

/// A piece from the front of `input`, up to `bytes_max` of the body in all.
HttpEvent BodyReader::give(std::string_view& input, std::uint64_t bytes_max) {
  if (input.empty()) return HttpEvent::more;
  const std::size_t size = std::min<std::uint64_t>(input.size(), bytes_max - bytes_);
  if (size == 0) return fail(HttpFault::body_too_large);
  piece_ = input.substr(0, size);
  input.remove_prefix(size);
  bytes_ += size;
  wire_bytes_ += size;
  return HttpEvent::body;
}

HttpEvent BodyReader::next_of_chunks(std::string_view& input) {
  if (input.empty()) return HttpEvent::more;
  const std::size_t before = input.size();
  const HttpEvent event = chunks_.next(input, piece_);
  wire_bytes_ += before - input.size();
  if (event == HttpEvent::fault) return fail(chunks_.fault());
  if (event == HttpEvent::end) {
    in_trailers_ = true;
    text_.begin(HeadText::Kind::trailers, trailers_);
    return next_of_trailers(input);
  }
  const std::uint64_t room = bytes_max_ - bytes_;
  over_ = piece_.size() > room;
  if (over_ && room == 0) return fail(HttpFault::body_too_large);
  piece_ = piece_.substr(0, room);
  bytes_ += piece_.size();
  return event;
}

HttpEvent BodyReader::next_of_trailers(std::string_view& input) {
  const std::size_t before = input.size();
  const HeadText::Step step = text_.take(input);
  wire_bytes_ += before - input.size();
  if (step == HeadText::Step::more) return HttpEvent::more;
  if (step == HeadText::Step::fault) return fail(text_.fault());
  if (trailers_.has("content-length") || trailers_.has("transfer-encoding")) return fail(HttpFault::bad_trailer);
  return HttpEvent::end;
}

HttpEvent BodyReader::finish() {
  if (over_) return fail(HttpFault::body_too_large);
  switch (framing_.kind) {
    case BodyKind::none:
    case BodyKind::until_close: return HttpEvent::end;
    case BodyKind::length: return bytes_ == framing_.length ? HttpEvent::end : fail(HttpFault::ended_in_body);
    case BodyKind::chunked: return fail(HttpFault::ended_in_chunk);
  }
  return HttpEvent::end;
}

}  // namespace atonce
