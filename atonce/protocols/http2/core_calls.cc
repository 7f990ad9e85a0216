// What comes and goes, as the library tells it.

#include "atonce/protocols/http2/core.h"

#include <nghttp2/nghttp2.h>

#include <charconv>
#include <utility>

namespace atonce {
namespace {

// A request that is taken back at once costs us more than a frame.
constexpr unsigned taken_back_frames = 4;
constexpr std::size_t list_overhead_bytes = 32;  // of each field: RFC 9113 6.5.2

/// Of the error with which the library itself says goodbye.
Http2Fault fault_of_goodbye(std::uint32_t code, bool settled) {
  switch (code) {
    case NGHTTP2_COMPRESSION_ERROR: return Http2Fault::broken_compression;
    case NGHTTP2_FLOW_CONTROL_ERROR: return Http2Fault::broken_flow_control;
    default: return settled ? Http2Fault::broken_frame : Http2Fault::not_http2;
  }
}

std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

std::optional<std::uint64_t> parse_length(std::string_view digits) {
  std::uint64_t length = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, length);
  return error == std::errc{} && stop == end ? std::optional(length) : std::nullopt;
}

}  // namespace

/// What the library calls. An exception of those who are told must not pass through it: it is kept, and goes on behind.
struct Http2Calls {
  static Http2Core& core_of(void* user) { return *static_cast<Http2Core*>(user); }

  template <class Work>
  static int guard(Http2Core& core, Work work) {
    if (core.fault_ != Http2Fault::none) return 0;
    try {
      work();
      return 0;
    } catch (...) {
      core.thrown_ = std::current_exception();
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }

  static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Core& core = core_of(user);
    return guard(core, [&] {
      Http2Stream* stream = core.find(frame->hd.stream_id);
      if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        stream = &core.take_stream();
        stream->id = frame->hd.stream_id;
        nghttp2_session_set_stream_user_data(session, stream->id, stream);
      }
      core.heading_ = stream;
      if (stream != nullptr) stream->list_bytes = 0;
    });
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                    const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    Http2Core& core = core_of(user);
    Http2Stream* const stream = core.heading_;
    if (stream == nullptr) return 0;
    // The rest of a head that is of no use is only decompressed: neither checked nor told.
    if (stream->fault != Http2Fault::none) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const int result = guard(core, [&] { take_field(core, *stream, view(name, name_size), view(value, value_size)); });
    return result == 0 && stream->fault != Http2Fault::none ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : result;
  }

  static void take_field(Http2Core& core, Http2Stream& stream, std::string_view name, std::string_view value) {
    stream.list_bytes += name.size() + value.size() + list_overhead_bytes;
    if (stream.list_bytes > core.settings_.header_list_bytes_max)
      return core.break_stream(stream, Http2Fault::head_too_large, NGHTTP2_ENHANCE_YOUR_CALM);
    if (stream.headed) return;
    if (name == "content-length") stream.length = parse_length(value);
    if (!core.take_field(stream, name, value))
      core.break_stream(stream, Http2Fault::broken_message, NGHTTP2_PROTOCOL_ERROR);
  }

  static int invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                            const std::uint8_t*, std::size_t, std::uint8_t, void* user) {
    Http2Core& core = core_of(user);
    return guard(core, [&] {
      if (core.heading_ != nullptr) core.break_stream(*core.heading_, Http2Fault::bad_field, NGHTTP2_PROTOCOL_ERROR);
    });
  }

  static int frame_came(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Core& core = core_of(user);
    return guard(core, [&] { take_frame(core, *frame); });
  }

  static void take_frame(Http2Core& core, const nghttp2_frame& frame) {
    switch (frame.hd.type) {
      case NGHTTP2_HEADERS: take_block(core, std::exchange(core.heading_, nullptr), frame.hd.flags); break;
      case NGHTTP2_DATA:
        if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) take_end(core, core.find(frame.hd.stream_id));
        break;
      case NGHTTP2_RST_STREAM: take_reset(core, core.find(frame.hd.stream_id), frame.rst_stream.error_code); break;
      case NGHTTP2_SETTINGS: core.settled_ |= (frame.hd.flags & NGHTTP2_FLAG_ACK) == 0; break;
      case NGHTTP2_GOAWAY: core.gone_away_ = {frame.goaway.last_stream_id, frame.goaway.error_code}; break;
      default: break;
    }
  }

  static void take_block(Http2Core& core, Http2Stream* stream, std::uint8_t flags) {
    if (stream == nullptr || stream->fault != Http2Fault::none) return;
    if (!stream->headed) core.take_head(*stream);
    if ((flags & NGHTTP2_FLAG_END_STREAM) != 0) take_end(core, stream);
  }

  static void take_end(Http2Core& core, Http2Stream* stream) {
    if (stream == nullptr || stream->fault != Http2Fault::none || stream->ended) return;
    stream->ended = true;
    core.take_end(*stream);
  }

  static void take_reset(Http2Core& core, Http2Stream* stream, std::uint32_t code) {
    if (stream == nullptr) return;
    stream->peer_reset = true;
    stream->code = code;
    if (core.side_ != Http2Core::Side::server || stream->sent_all) return;
    if (core.count_idle(Http2Fault::reset_flood, taken_back_frames) != Http2Fault::none)
      core.flood(Http2Fault::reset_flood);
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
    Http2Core& core = core_of(user);
    core.invalid_seen_ = true;
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (error != NGHTTP2_ERR_HTTP_HEADER && error != NGHTTP2_ERR_HTTP_MESSAGING) return 0;
    return guard(core, [&] {
      Http2Stream* const stream = core.find(frame->hd.stream_id);
      if (stream == nullptr || stream->fault != Http2Fault::none) return;
      const bool short_body =
          (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && stream->length && *stream->length != stream->body_bytes;
      core.tell_broken(*stream, short_body ? Http2Fault::wrong_length : Http2Fault::broken_message);
    });
  }

  static int trouble(nghttp2_session*, int, const char*, std::size_t, void* user) {
    core_of(user).invalid_seen_ = true;
    return 0;
  }

  static int chunk(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                   void* user) {
    Http2Core& core = core_of(user);
    return guard(core, [&] {
      nghttp2_session_consume_connection(session, size);
      core.count_useful();
      Http2Stream* const stream = core.find(id);
      if (stream != nullptr && stream->fault == Http2Fault::none)
        core.take_chunk(*stream, std::as_bytes(std::span(data, size)));
    });
  }

  static int stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    Http2Core& core = core_of(user);
    Http2Stream* const stream = core.find(id);
    if (stream == nullptr) return 0;
    return guard(core, [&] { core.close_stream(*stream, code); });
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Core& core = core_of(user);
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR)
      return guard(core, [&] { core.stop(fault_of_goodbye(frame->goaway.error_code, core.settled_)); });
    if (frame->hd.type == NGHTTP2_DATA) core.count_useful();
    if (frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) return 0;
    Http2Stream* const stream = core.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->sent = true;
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    stream->sent_all = true;
    // Nobody reads the rest of a request that is answered: RFC 9113 8.1.
    if (core.side_ == Http2Core::Side::server && !stream->ended) core.send_reset(stream->id, NGHTTP2_NO_ERROR);
    return 0;
  }

  static void set_all(nghttp2_session_callbacks* calls) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(calls, begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(calls, header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(calls, invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, frame_came);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(calls, invalid_frame);
    nghttp2_session_callbacks_set_error_callback2(calls, trouble);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, stream_closed);
    nghttp2_session_callbacks_set_on_frame_send_callback(calls, frame_sent);
  }
};

void Http2Core::set_calls(nghttp2_session_callbacks* calls) { Http2Calls::set_all(calls); }

}  // namespace atonce
