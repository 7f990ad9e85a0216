#include "atonce/protocols/http2/session.h"

#include <algorithm>
#include <cstring>

#include "atonce/protocols/http2/core.h"

namespace atonce {

Http2Piece Http2Text::read(std::span<std::byte> into) {
  const std::size_t bytes = std::min(into.size(), text_.size() - at_);
  std::memcpy(into.data(), text_.data() + at_, bytes);
  at_ += bytes;
  return {bytes, at_ == text_.size() ? Http2Supply::end : Http2Supply::some};
}

Http2Session::Http2Session(std::unique_ptr<Http2Core> core) : core_(std::move(core)) {}
Http2Session::Http2Session(Http2Session&&) noexcept = default;
Http2Session& Http2Session::operator=(Http2Session&&) noexcept = default;
Http2Session::~Http2Session() = default;

bool Http2Session::feed(std::string_view bytes) { return core_->feed(bytes); }
void Http2Session::finish() { core_->finish(); }
void Http2Session::append_output(std::string& out, std::size_t bytes_max) { core_->append_output(out, bytes_max); }
bool Http2Session::wants_output() const { return core_->wants_output(); }
bool Http2Session::is_over() const { return core_->is_over(); }
Http2Fault Http2Session::fault() const { return core_->fault(); }
bool Http2Session::is_settled() const { return core_->is_settled(); }
std::optional<Http2GoAway> Http2Session::gone_away() const { return core_->gone_away(); }
std::uint32_t Http2Session::streams_open() const { return core_->streams_open(); }
void Http2Session::resume(Http2StreamId stream) { core_->resume(stream); }
void Http2Session::hold(Http2StreamId stream) { core_->hold(stream); }
void Http2Session::release(Http2StreamId stream) { core_->release(stream); }
void Http2Session::cancel(Http2StreamId stream) { core_->cancel(stream); }
void Http2Session::go_away() { core_->go_away(); }

}  // namespace atonce
