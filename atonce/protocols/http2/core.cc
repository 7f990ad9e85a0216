#include "atonce/protocols/http2/core.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "atonce/protocols/http2/frames.h"

namespace atonce {
namespace {

constexpr std::size_t goodbye_bytes_max = 64 << 10;

std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

void Http2Core::Delete::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Http2Core::Http2Core(Side side, const Http2Settings& settings)
    : side_(side), settings_(settings), scanner_(side == Side::server ? http2_preface.size() : 0) {
  nghttp2_session_callbacks* calls = nullptr;
  nghttp2_option* options = nullptr;
  nghttp2_session* session = nullptr;
  if (nghttp2_session_callbacks_new(&calls) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> calls_owner(
      calls, nghttp2_session_callbacks_del);
  if (nghttp2_option_new(&options) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> options_owner(options, nghttp2_option_del);
  set_calls(calls);
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_option_set_no_closed_streams(options, 1);
  // Ours is counted in frames; the library's in pieces of input, which a slow path can make many.
  nghttp2_option_set_max_continuations(options, std::numeric_limits<std::size_t>::max());
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1);  // It is trimmed.
  const auto create = side == Side::client ? nghttp2_session_client_new2 : nghttp2_session_server_new2;
  if (create(&session, calls, this, options) != 0) throw std::bad_alloc();
  session_.reset(session);
  start();
}

Http2Core::~Http2Core() = default;

void Http2Core::start() {
  std::vector<nghttp2_settings_entry> entries{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings_.streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings_.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings_.header_list_bytes_max)}};
  if (side_ == Side::client) entries.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  if (side_ == Side::server) entries.push_back({NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1});
  const auto window = static_cast<std::int32_t>(settings_.connection_window_bytes);
  if (nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, entries.data(), entries.size()) != 0 ||
      nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, window) != 0)
    throw std::bad_alloc();
}

bool Http2Core::feed(std::string_view bytes) {
  if (over_) return false;
  const Allowed allowed = allowed_of(bytes);
  if (!allowed.bytes.empty()) read(allowed.bytes);
  if (allowed.then != Http2Fault::none && !over_) flood(allowed.then);
  return !over_ && nghttp2_session_want_read(session_.get()) != 0;
}

void Http2Core::read(std::string_view bytes) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t read = nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  rethrow();
  if (read == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (read < 0) give_up(static_cast<int>(read));
  // The library says goodbye only with its next output: that shows what it has found.
  for (bool more = std::exchange(invalid_seen_, false); more && fault_ == Http2Fault::none;)
    more = early_output_.size() < goodbye_bytes_max && send_one(early_output_);
}

/// After such errors the library's session is of no more use.
void Http2Core::give_up(int error) {
  switch (error) {
    case NGHTTP2_ERR_FLOODED: stop(last_idle_); break;
    default: stop(settled_ ? Http2Fault::broken_frame : Http2Fault::not_http2); break;
  }
  dead_ = true;
}

void Http2Core::finish() {
  over_ = dead_ = true;
  tell_all(Http2Fault::closed);
}

bool Http2Core::send_one(std::string& out) {
  if (dead_) return false;
  const std::uint8_t* data = nullptr;
  const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
  rethrow();
  if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (size < 0) give_up(static_cast<int>(size));
  if (size <= 0) return false;
  out.append(view(data, static_cast<std::size_t>(size)));
  return true;
}

void Http2Core::append_output(std::string& out, std::size_t bytes_max) {
  const std::size_t start = out.size();
  out += std::exchange(early_output_, {});
  while (out.size() - start < bytes_max && send_one(out)) continue;
}

bool Http2Core::wants_output() const {
  return !early_output_.empty() || (!dead_ && nghttp2_session_want_write(session_.get()) != 0);
}

bool Http2Core::is_over() const {
  return over_ || (nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0);
}

void Http2Core::go_away() {
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(session_.get());
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
}

bool Http2Core::may_submit() const { return !over_ && nghttp2_session_check_request_allowed(session_.get()) != 0; }

std::uint32_t Http2Core::peer_streams_max() const {
  return nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

void Http2Core::resume(Http2StreamId id) { nghttp2_session_resume_data(session_.get(), id); }

void Http2Core::release(Http2StreamId id) {
  Http2Stream* const stream = find(id);
  if (stream == nullptr || !std::exchange(stream->held, false)) return;
  nghttp2_session_consume_stream(session_.get(), id, std::exchange(stream->unread_bytes, 0));
}

void Http2Core::take_chunk(Http2Stream& stream, std::span<const std::byte> bytes) {
  stream.unread_bytes += bytes.size();
  stream.body_bytes += bytes.size();
  take_body(stream, bytes);
  if (!stream.held) nghttp2_session_consume_stream(session_.get(), stream.id, std::exchange(stream.unread_bytes, 0));
}

Http2Stream* Http2Core::find(Http2StreamId id) const {
  if (void* const stream = nghttp2_session_get_stream_user_data(session_.get(), id); stream != nullptr)
    return static_cast<Http2Stream*>(stream);
  // A request that has not left yet is no stream of the library's.
  if (side_ == Side::server || open_ == 0) return nullptr;
  const auto found = std::ranges::find_if(streams_, [id](const auto& s) { return s->in_use && s->id == id; });
  return found == streams_.end() ? nullptr : found->get();
}

}  // namespace atonce
