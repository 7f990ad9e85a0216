#include "atonce/world/tun_ground.h"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <ctime>

#include "atonce/world/fate.h"
#include "atonce/world/tun_device.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr int packets_per_turn = 512;   // Then replies that are due have their turn.
constexpr Duration nap_rtt_min = 10ms;  // Below it a nap would show in the times.
constexpr Duration nap_max = 500us;
constexpr int nap_share = 200;

timespec timespec_of(Duration duration) {
  const auto count = std::max<std::int64_t>(duration.count(), 0);
  return {.tv_sec = count / 1'000'000'000, .tv_nsec = count % 1'000'000'000};
}

}  // namespace

TunGround::TunGround(const WorldSpec& spec, OwnedDescriptor device, AskLog log)
    : spec_(spec),
      hosts_(spec),
      device_(std::move(device)),
      log_(std::move(log)),
      line_(std::chrono::steady_clock::now()),
      nap_(spec.rtt < nap_rtt_min ? Duration{} : std::min(nap_max, spec.rtt / nap_share)),
      loss_of_2_64_(static_cast<std::uint64_t>(std::ldexp(spec.loss, 64))),
      random_(mix_bits(spec.seed, 0x10)) {}

Parsed<TunGround> TunGround::open(const WorldSpec& spec) {
  if (!spec.private_network)
    return complain(
        "a world with round trips needs a network namespace of its own, which this system does not allow here; run as "
        "root, allow user "
        "namespaces, or choose a world on loopback, such as calm or fast");
  Parsed<OwnedDescriptor> device = open_tun_device();
  if (!device) return std::unexpected(device.error());
  Parsed<AskLog> log = AskLog::open(spec.log);
  if (!log) return std::unexpected(log.error());
  return TunGround(spec, std::move(*device), std::move(*log));
}

std::vector<int> TunGround::descriptors() const {
  std::vector<int> numbers{device_.get()};
  if (log_.wanted()) numbers.push_back(log_.descriptor());
  return numbers;
}

void TunGround::run(TunCounters::Page& counts) {
  counts_ = &counts;
  ::prctl(PR_SET_NAME, "atonce-world-tun");
  ::prctl(PR_SET_TIMERSLACK, 1ul);  // Otherwise the kernel may wake us 50 µs late.
  for (;;) {
    const bool busy = read_packets(std::chrono::steady_clock::now());
    line_.take_due(std::chrono::steady_clock::now(), [this](std::span<const std::uint8_t> packet) { send(packet); });
    send_mirrored(std::chrono::steady_clock::now());
    wait(busy);
  }
}

/// True when there was anything.
bool TunGround::read_packets(Instant now) {
  std::array<std::uint8_t, 2'048> packet;
  int count = 0;
  for (; count < packets_per_turn; ++count) {
    const ssize_t size = ::read(device_.get(), packet.data(), packet.size());
    if (size < 0) break;
    take_packet(std::span(packet).first(static_cast<std::size_t>(size)), now);
  }
  log_.flush();
  TunCounters::add(counts_->packets_in, static_cast<std::uint64_t>(count));
  return count > 0;
}

void TunGround::take_packet(std::span<std::uint8_t> packet, Instant now) {
  std::array<std::uint8_t, tun_reply_max> reply;
  const TunReply answer = hosts_.answer(packet, reply);
  if (answer.syn) first_syn_ = std::min(first_syn_, now);
  if (answer.syn) log_.add_syn(packet);
  if (chance_takes() || in_outage(now)) return TunCounters::add(counts_->lost);
  if (answer.syn && answer.fate == Verdict::open) TunCounters::add(counts_->syns_open);
  if (answer.syn && answer.fate == Verdict::closed) TunCounters::add(counts_->syns_closed);
  if (answer.syn && answer.fate == Verdict::timeout) TunCounters::add(counts_->syns_silent);
  if (answer.syn && answer.fate == Verdict::unreachable) TunCounters::add(counts_->syns_unreachable);
  if (answer.mirrored) return mirror(packet, now);
  if (answer.size == 0) return;
  if (chance_takes()) return TunCounters::add(counts_->lost);

  const auto bytes = std::span<const std::uint8_t>(reply).first(answer.size);
  const Duration delay = spec_.rtt + extra_delay();
  if (in_outage(now + delay)) return TunCounters::add(counts_->lost);
  if (delay == Duration{}) return send(bytes);
  if (!line_.add(bytes, now + delay)) TunCounters::add(counts_->overflow);
}

Duration TunGround::extra_delay() {
  if (spec_.jitter == Duration{}) return {};
  random_ = mix_bits(random_, 1);
  return Duration(static_cast<std::int64_t>(below(random_, static_cast<std::uint64_t>(spec_.jitter.count()) + 1)));
}

/// One way of the two; the packet's loss is decided already.
void TunGround::mirror(std::span<std::uint8_t> packet, Instant now) {
  turn_around(packet);
  const Duration delay = (spec_.rtt + extra_delay()) / 2;
  if (in_outage(now + delay)) return TunCounters::add(counts_->lost);
  if (delay == Duration{}) return send(packet);
  if (!mirrored_.add(packet, now + delay)) TunCounters::add(counts_->overflow);
}

void TunGround::send_mirrored(Instant now) {
  while (mirrored_.due() <= now) {
    send(mirrored_.front());
    mirrored_.pop();
  }
}

void TunGround::send(std::span<const std::uint8_t> packet) {
  const bool sent = ::write(device_.get(), packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
  TunCounters::add(sent ? counts_->packets_out : counts_->overflow);
}

bool TunGround::chance_takes() {
  if (loss_of_2_64_ == 0) return false;
  random_ = mix_bits(random_, 2);
  return random_ < loss_of_2_64_;
}

bool TunGround::in_outage(Instant now) const {
  if (first_syn_ == never) return false;
  const Duration since_start = now - first_syn_ - spec_.outage_start;
  return since_start >= Duration{} && since_start < spec_.outage_length;
}

void TunGround::wait(bool busy) {
  if (nap_ > Duration{} && (busy || !line_.empty() || !mirrored_.empty())) {
    const timespec nap = timespec_of(nap_);
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, nullptr);
    return;
  }
  if (busy) return;  // There may be more.
  pollfd readable{.fd = device_.get(), .events = POLLIN};
  const Instant due = std::min(line_.empty() ? never : line_.next_due(), mirrored_.due());
  const timespec left = timespec_of(due - std::chrono::steady_clock::now());
  ::ppoll(&readable, 1, due == never ? nullptr : &left, nullptr);
}

}  // namespace atonce
