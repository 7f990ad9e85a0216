// The streams, how they end, and when a peer is a flood.

#include "atonce/protocols/http2/core.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

namespace atonce {
namespace {

// One useful frame pays for so many that bring nothing.
constexpr unsigned idle_frames_paid = 4;

/// Of the error with which the library itself resets a stream.
Http2Fault fault_of_reset(std::uint32_t code, bool headed) {
  switch (code) {
    case NGHTTP2_PROTOCOL_ERROR: return headed ? Http2Fault::wrong_length : Http2Fault::broken_message;
    case NGHTTP2_COMPRESSION_ERROR: return Http2Fault::broken_compression;
    case NGHTTP2_FLOW_CONTROL_ERROR: return Http2Fault::broken_flow_control;
    case NGHTTP2_CANCEL: return Http2Fault::cancelled;
    default: return Http2Fault::broken_frame;
  }
}

Http2Fault fault_of_peer_reset(std::uint32_t code) {
  switch (code) {
    case NGHTTP2_REFUSED_STREAM: return Http2Fault::refused;
    case NGHTTP2_HTTP_1_1_REQUIRED: return Http2Fault::http11_required;
    default: return Http2Fault::reset;
  }
}

/// DATA that may well be empty: what is padding and a byte or two is paid for when those are told.
bool brings_nothing(const FrameScanner::Header& data) {
  constexpr std::uint32_t padding_max = 256;  // its length, and itself
  if ((data.flags & NGHTTP2_FLAG_END_STREAM) != 0) return false;
  return data.length == 0 || ((data.flags & NGHTTP2_FLAG_PADDED) != 0 && data.length <= padding_max);
}

}  // namespace

void Http2Core::flood(Http2Fault fault) {
  nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
  stop(fault);
}

Http2Fault Http2Core::count(const FrameScanner::Header& frame) {
  switch (frame.type) {
    case NGHTTP2_CONTINUATION:
      return ++continuations_ > settings_.continuations_max ? Http2Fault::continuation_flood : Http2Fault::none;
    case NGHTTP2_HEADERS:
      continuations_ = 0;
      if (side_ == Side::client) count_useful();
      return Http2Fault::none;
    case NGHTTP2_DATA:
      if (brings_nothing(frame)) return count_idle(Http2Fault::empty_frame_flood);
      count_useful();
      return Http2Fault::none;
    case NGHTTP2_SETTINGS: return count_idle(Http2Fault::settings_flood);
    case NGHTTP2_PING: return count_idle(Http2Fault::ping_flood);
    case NGHTTP2_RST_STREAM: return count_idle(Http2Fault::reset_flood);
    default: return count_idle(Http2Fault::empty_frame_flood);
  }
}

Http2Core::Allowed Http2Core::allowed_of(std::string_view input) {
  std::string_view rest = input;
  for (;;) {
    if (!scanner_.next(rest)) return {input};
    // Its header is kept back by a byte: the library never sees the frame.
    if (const Http2Fault fault = count(scanner_.header()); fault != Http2Fault::none)
      return {input.substr(0, input.size() - rest.size() - 1), fault};
  }
}

Http2Break Http2Core::break_of(const Http2Stream& stream, std::uint32_t code) const {
  const bool well = side_ == Side::client ? stream.ended : stream.sent_all && code == NGHTTP2_NO_ERROR;
  if (well) return {};
  if (stream.peer_reset)
    return {fault_of_peer_reset(stream.code), stream.code, stream.code == NGHTTP2_REFUSED_STREAM && !stream.headed};
  if (code == NGHTTP2_REFUSED_STREAM)
    return {gone_away_ ? Http2Fault::gone_away : Http2Fault::refused, gone_away_ ? gone_away_->code : code, true};
  return {fault_of_reset(code, stream.headed), code, false};
}

Http2Stream& Http2Core::take_stream() {
  if (free_.empty()) {
    free_.reserve(streams_.size() + 1);  // Giving one back must not fail.
    streams_.push_back(std::make_unique<Http2Stream>());
    free_.push_back(streams_.back().get());
  }
  Http2Stream& stream = *free_.back();
  free_.pop_back();
  Http2Stream fresh{.request = std::move(stream.request), .response = std::move(stream.response), .in_use = true};
  fresh.request.fields.clear();
  fresh.response.fields.clear();
  stream = std::move(fresh);
  ++open_;
  return stream;
}

void Http2Core::drop_stream(Http2Stream& stream) {
  if (heading_ == &stream) heading_ = nullptr;
  stream.in_use = false;
  --open_;
  free_.push_back(&stream);
}

void Http2Core::tell_broken(Http2Stream& stream, Http2Fault fault) {
  if (stream.fault != Http2Fault::none) return;
  stream.fault = fault;
  stream.source = nullptr;
  tell_closed(stream, {.fault = fault});
}

void Http2Core::break_stream(Http2Stream& stream, Http2Fault fault, std::uint32_t code) {
  if (stream.fault != Http2Fault::none) return;
  send_reset(stream.id, code);
  tell_broken(stream, fault);
}

void Http2Core::close_stream(Http2Stream& stream, std::uint32_t code) {
  const bool told = stream.fault != Http2Fault::none;
  const Http2Break why = break_of(stream, code);
  if (side_ == Side::server && why.fault == Http2Fault::none) count_useful();
  stream.source = nullptr;
  if (!told) tell_closed(stream, why);
  drop_stream(stream);
}

void Http2Core::hold(Http2StreamId id) {
  if (Http2Stream* const stream = find(id); stream != nullptr) stream->held = true;
}

void Http2Core::cancel(Http2StreamId id) {
  Http2Stream* const stream = find(id);
  if (stream == nullptr || stream->fault != Http2Fault::none) return;
  stream->fault = Http2Fault::cancelled;
  stream->answer = nullptr;
  stream->exchange = nullptr;
  stream->source = nullptr;
  send_reset(id, NGHTTP2_CANCEL);
}

void Http2Core::stop(Http2Fault fault) {
  if (over_) return;
  over_ = true;
  fault_ = fault;
  tell_all(fault);
}

void Http2Core::tell_all(Http2Fault fault) {
  for (const std::unique_ptr<Http2Stream>& stream : streams_) {
    if (!stream->in_use || stream->fault != Http2Fault::none) continue;
    stream->fault = fault;
    stream->source = nullptr;
    const bool left_out = side_ == Side::client && !stream->sent;
    tell_closed(*stream, {.fault = fault, .unprocessed = left_out});
  }
}

void Http2Core::count_useful() { idle_frames_ -= std::min(idle_frames_, idle_frames_paid); }

Http2Fault Http2Core::count_idle(Http2Fault fault, unsigned frames) {
  last_idle_ = fault;
  idle_frames_ += frames;
  return idle_frames_ > settings_.idle_frames_max ? fault : Http2Fault::none;
}

void Http2Core::rethrow() {
  if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

}  // namespace atonce
