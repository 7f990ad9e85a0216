#include "atonce/jobs/overlap.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using Kind = OverlapEvent::Kind;

void say(Io& io, const OverlapSetting& setting, OverlapEvent event) {
  if (!setting.watch) return;
  event.elapsed = io.now() - setting.began;
  setting.watch(event);
}

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}

AskEnd end_of(int error) {
  switch (error) {
    case ECANCELED: return AskEnd::unfinished;
    case ETIMEDOUT: return AskEnd::timeout;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH: return AskEnd::no_server;
    default: return is_shortage(error) ? AskEnd::shortage : AskEnd::broken;
  }
}

bool worth_another_address(AskEnd end) { return end == AskEnd::no_server || end == AskEnd::timeout; }

/// Reads until a line has ended, the buffer is full or the stream is at its end; gives how many bytes came.
Task<Result<std::size_t>> read_line(Io& io, const Socket& socket, std::span<char> into) {
  std::size_t length = 0;
  while (length < into.size()) {
    const Result<std::size_t> got = co_await receive(io, socket, std::as_writable_bytes(into.subspan(length)));
    if (!got) co_return std::unexpected(got.error());
    length += *got;
    if (*got == 0 || into[length - 1] == '\n') break;
  }
  co_return length;
}

Task<void> ask(Io& io, const OverlapSetting& setting, AskedNumber& asked) {
  Result<Socket> socket = std::unexpected(Error{EDESTADDRREQ});
  for (const Endpoint& server : setting.servers) {
    socket = co_await within(setting.connect_timeout, connect(io, server));
    if (socket || !worth_another_address(end_of(socket.error().code))) break;
  }
  asked.connected = io.now();
  asked.error = socket ? 0 : socket.error().code;
  if (!socket) {
    asked.end = end_of(asked.error);
    co_return;
  }
  asked.connected_well = true;
  const Result<std::size_t> got = co_await within(setting.timeout, read_line(io, *socket, asked.text));
  asked.unseen_for = io.unseen_for();
  asked.error = got ? 0 : got.error().code;
  asked.end = got ? read_number_answer({asked.text.data(), *got}, asked.number) : end_of(asked.error);
}

/// How much to do between two looks at the clock: so little that a slice ends in time, so much that the looks cost
/// nothing.
class Pieces {
 public:
  explicit Pieces(Duration slice) : wanted_(std::clamp(slice / 16, shortest, longest)) {}

  std::uint64_t next() const { return units_; }
  void took(Duration time) {
    if (time < wanted_ / 2 && units_ < units_max) units_ *= 2;
    if (time > wanted_ && units_ > units_min) units_ /= 2;
  }

 private:
  static constexpr Duration shortest = std::chrono::microseconds(5);
  static constexpr Duration longest = std::chrono::milliseconds(1);
  static constexpr std::uint64_t units_min = 1'024;
  static constexpr std::uint64_t units_max = std::uint64_t{1} << 30;

  Duration wanted_;
  std::uint64_t units_ = 16'384;
};

}  // namespace

AskEnd read_number_answer(std::string_view came, double& number) {
  if (came.find('\n') == came.npos && came.size() < number_answer_max) return AskEnd::broken;
  if (!came.ends_with('\n') || came.find('\n') != came.size() - 1) return AskEnd::no_number;
  const char* const end = came.data() + came.size() - 1;
  double read = 0;
  const auto [rest, error] = std::from_chars(came.data(), end, read);
  if (error != std::errc() || rest != end || !std::isfinite(read)) return AskEnd::no_number;
  number = read;
  return AskEnd::answered;
}

Task<void> ask_number(Io& io, const OverlapSetting& setting, std::uint32_t number, AskedNumber& asked) {
  asked.begun = true;
  asked.started = io.now();
  say(io, setting, {.kind = Kind::asked, .number = number});
  co_await ask(io, setting, asked);
  asked.finished = io.now();
  const bool answered = asked.end == AskEnd::answered;
  say(io, setting, {.kind = answered ? Kind::answered : Kind::failed, .number = number, .total = asked.number});
}

Task<void> compute(Io& io, const OverlapSetting& setting, std::uint32_t number, Work& work, ComputedPart& part) {
  part.begun = true;
  part.started = io.now();
  say(io, setting, {.kind = Kind::computing, .number = number});
  Pieces pieces(io.slice());
  Instant resumed = part.started, looked = part.started;
  const auto end_slice = [&] {
    part.busy += looked - resumed;
    part.slice_longest = std::max(part.slice_longest, looked - resumed);
  };
  bool more = true;
  while (more && setting.stop.load(std::memory_order_relaxed) == 0) {
    more = work.advance(pieces.next());
    const Instant now = io.now();
    pieces.took(now - looked);
    looked = now;
    if (!more || !io.slice_over()) continue;
    end_slice();
    ++part.pauses;
    say(io, setting, {.kind = Kind::paused, .number = number, .amount = work.done()});
    if (!co_await yield_if_due(io)) break;
    resumed = looked = io.now();
    say(io, setting, {.kind = Kind::resumed, .number = number, .amount = work.done()});
  }
  end_slice();
  part.finished = io.now();
  part.amount = work.done();
  work.tell(part);
  part.done = !more && part.error == 0;
  if (part.done)
    say(io, setting, {.kind = Kind::computed, .number = number, .amount = part.amount, .total = part.total});
  // Whom the last slice kept waiting is seen to have waited for it.
  (void)co_await yield_behind(io);
}

}  // namespace atonce
