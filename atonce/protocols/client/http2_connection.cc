#include "atonce/protocols/client/http2_connection.h"

#include <cerrno>
#include <utility>

#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

Http2Settings settings_of(const ClientSettings& settings) {
  Http2Settings ours;
  ours.streams_max = settings.streams_max;
  ours.interim_max = settings.limits.interim_max;
  return ours;
}

}  // namespace

Http2Connection::Http2Connection(Pool& pool, Origin& origin, const ClientSettings& settings,
                                 std::unique_ptr<Connection> carrier, bool for_one)
    : pool_(pool),
      origin_(origin),
      settings_(settings),
      carrier_(std::move(carrier)),
      session_(settings_of(settings)),
      has_output_(pool.io()),
      unused_(pool.io()),
      for_one_(for_one) {
  fire = [](Timer& timer) { static_cast<Http2Connection&>(timer).over(); };
}

Http2Connection::~Http2Connection() { pool_.io().timers().disarm(*this); }

bool Http2Connection::has_room() const {
  return !retired_ && session_.can_submit() && session_.streams_open() + reserved_ < session_.streams_max();
}

void Http2Connection::reserve() {
  ++users_;
  ++reserved_;
  pool_.io().timers().disarm(*this);
}

void Http2Connection::give_up() {
  --reserved_;
  release();
}

void Http2Connection::release() {
  if (--users_ == 0) {
    unused_.raise();
    if (retired_ || for_one_) {
      over();
    } else {
      pool_.io().timers().arm(*this, later(pool_.io().now(), settings_.idle_timeout));
    }
  }
  if (!retired_ && origin_.has_line()) pool_.serve(origin_);
}

std::optional<Parsed<Http2StreamId>> Http2Connection::submit(const RequestHead& head, Http2Source* source,
                                                             Http2Answer& answer) {
  --reserved_;
  if (retired_ || !session_.can_submit()) return std::nullopt;
  ++exchanges_;
  Parsed<Http2StreamId> stream = session_.submit(head, source, answer);
  has_output_.raise();
  return stream;
}

void Http2Connection::cancel(Http2StreamId stream) {
  session_.cancel(stream);
  has_output_.raise();
}

void Http2Connection::release_window(Http2StreamId stream) {
  session_.release(stream);
  has_output_.raise();
}

void Http2Connection::resume(Http2StreamId stream) {
  session_.resume(stream);
  has_output_.raise();
}

void Http2Connection::retire() {
  if (std::exchange(retired_, true)) return;
  pool_.io().timers().disarm(*this);
  pool_.retire_shared(origin_, *this);
}

/// Nobody has used it for long enough, or it is over for another reason.
void Http2Connection::over() {
  retire();
  if (scope_ != nullptr) scope_->cancel();
}

Task<void> Http2Connection::run() {
  carrier_->buffer = pool_.take_buffer();
  // Requests of one moment are sent together as it is; one of the next need not wait for the other side's nod.
  pool_.io().send_at_once(carrier_->stream.socket().handle());
  co_await with_scope(pool_.io(), [this](Scope& scope) -> Task<void> {
    scope_ = &scope;
    scope.start([](Http2Connection* self) -> Task<void> { co_await self->send_all(); }, this);
    co_await receive_all();
    scope.cancel();
  });
  scope_ = nullptr;
  retire();
  session_.finish();
  while (users_ > 0 && co_await unused_.wait()) {
  }
  carrier_->stream.close();
  pool_.return_buffer(std::move(carrier_->buffer));
  pool_.end_shared(origin_, *this);
}

Task<void> Http2Connection::receive_all() {
  ByteStream& stream = carrier_->stream;
  const std::span<std::byte> buffer(carrier_->buffer.get(), buffer_bytes);
  while (!session_.is_over()) {
    const Result<std::size_t> count = stream.tls() != nullptr ? co_await stream.receive_tls(buffer)
                                                              : co_await receive(stream.io(), stream.socket(), buffer);
    if (!count) {
      if (error_ == 0) error_ = count.error().code;
      co_return;
    }
    if (*count == 0) co_return;
    const bool works = session_.feed({reinterpret_cast<const char*>(buffer.data()), *count});
    if (session_.gone_away()) retire();
    if (session_.wants_output()) has_output_.raise();
    if (!retired_ && origin_.has_line()) pool_.serve(origin_);
    if (works) continue;
    // The goodbye says why.
    std::string last;
    session_.append_output(last);
    (void)co_await stream.send_all(std::as_bytes(std::span(last)));
    co_return;
  }
}

/// Whoever has just had his answer asks again within a few turns of the loop: as long as a turn brings more requests,
/// they are waited for, and leave together.
Task<void> Http2Connection::gather() {
  constexpr unsigned turns_max = 8;
  std::uint64_t before = 0;
  for (unsigned turn = 0; turn < turns_max && std::exchange(before, exchanges_) != exchanges_; ++turn)
    if (!co_await yield(pool_.io())) co_return;
}

Task<void> Http2Connection::send_all() {
  std::string& outgoing = carrier_->outgoing;
  do {
    co_await gather();
    while (session_.wants_output()) {
      outgoing.clear();
      session_.append_output(outgoing);
      if (outgoing.empty()) break;
      const Result<void> sent = co_await carrier_->stream.send_all(std::as_bytes(std::span(outgoing)));
      if (sent) continue;
      // Whatever the peer said before it hung up is still to be received.
      if (sent.error().code != ECANCELED) error_ = sent.error().code;
      co_return;
    }
  } while (co_await has_output_.wait());
}

}  // namespace atonce
