#include "atonce/protocols/dns/datagrams.h"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "atonce/runtime/io.h"

namespace atonce {
namespace {

// A turn this late says more about us than about the network.
constexpr Duration lateness_forgiven = std::chrono::milliseconds(50);
constexpr std::size_t places_min = 256;
constexpr std::size_t places_max = 65'536;

}  // namespace

bool network_said(int error) {
  switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case ENOPROTOOPT:
    case ECONNRESET: return true;
    default: return false;
  }
}

AwaitedAnswer::AwaitedAnswer(DatagramPort& port, Query& query) : port_(port), query_(query) {
  query.set_id(port.enter(*this));
}

AwaitedAnswer::~AwaitedAnswer() { port_.leave(*this); }

bool AwaitedAnswer::suspend(std::coroutine_handle<> handle, Scope& scope) {
  if (scope.cancelled()) {
    reply_ = {.kind = ReplyKind::cancelled, .error = ECANCELED};
    return false;
  }
  waiter = handle;
  cancel = [](Leaf& leaf) {
    static_cast<AwaitedAnswer&>(leaf).end({.kind = ReplyKind::cancelled, .error = ECANCELED});
  };
  fire = [](Timer& timer) { static_cast<AwaitedAnswer&>(timer).time_out(); };
  scope.add(*this);
  armed_at_ = port_.io_.now();
  port_.io_.timers().arm(*this, armed_at_ + std::min(patience_.fresh, patience_.timeout));
  return true;
}

void AwaitedAnswer::time_out() {
  const Instant now = port_.io_.now();
  const Instant deadline = armed_at_ + patience_.timeout;
  if (now < deadline) {
    place_->reset();
    port_.io_.timers().arm(*this, deadline);
    return;
  }
  const Duration late = now - due;
  if (late > lateness_forgiven && !extended_) {
    extended_ = true;
    port_.io_.timers().arm(*this, now + std::min(late, patience_.timeout));
    return;
  }
  end({.kind = lied_to_ ? ReplyKind::invalid : ReplyKind::silent, .error = ETIMEDOUT});
}

void AwaitedAnswer::end(Reply reply) {
  if (ended_) return;
  ended_ = true;
  reply_ = std::move(reply);
  port_.io_.timers().disarm(*this);
  unlink();
  if (waiter) port_.io_.schedule(waiter);
}

DatagramPort::DatagramPort(Io& io, Socket socket, ResolverCounters& counters)
    : io_(io), socket_(std::move(socket)), counters_(counters), by_id_(places_min) {}

std::uint16_t DatagramPort::enter(AwaitedAnswer& awaited) {
  if (waiting_ * 2 >= by_id_.size() && by_id_.size() < places_max) grow();
  const std::size_t mask = by_id_.size() - 1;
  while (true) {
    for (std::uint64_t dice = io_.random(), left = 4; left > 0; --left, dice >>= 16) {
      const auto id = static_cast<std::uint16_t>(dice);
      if (by_id_[id & mask] != nullptr) continue;
      by_id_[id & mask] = &awaited;
      ++waiting_;
      return id;
    }
  }
}

void DatagramPort::leave(const AwaitedAnswer& awaited) {
  by_id_[awaited.query_.id() & (by_id_.size() - 1)] = nullptr;
  --waiting_;
}

// Ids that differ in their low bits differ in more of them, so nobody's place is taken.
void DatagramPort::grow() {
  std::vector<AwaitedAnswer*> wider(by_id_.size() * 2);
  for (AwaitedAnswer* const awaited : by_id_)
    if (awaited != nullptr) wider[awaited->query_.id() & (wider.size() - 1)] = awaited;
  by_id_ = std::move(wider);
}

void DatagramPort::deliver(std::span<const std::byte> message) {
  const std::optional<std::uint16_t> id = message_id(message);
  AwaitedAnswer* const awaited = id ? by_id_[*id & (by_id_.size() - 1)] : nullptr;
  if (awaited == nullptr || awaited->query_.id() != *id || awaited->ended_) {
    ++counters_.ignored;
    return;
  }
  if (!answers(message, awaited->query_)) {
    awaited->lied_to_ = true;
    ++counters_.ignored;
    return;
  }
  ++counters_.answers;
  awaited->end(read_reply(message, awaited->query_));
}

void DatagramPort::fail_all(ReplyKind kind, int error) {
  for (AwaitedAnswer* const awaited : by_id_)
    if (awaited != nullptr) awaited->end({.kind = kind, .error = error});
}

Task<void> DatagramPort::receive_loop() {
  while (true) {
    const Result<std::size_t> received = co_await receive(io_, socket_, buffer_);
    if (received) {
      deliver(std::span(buffer_).first(*received));
      continue;
    }
    const int error = received.error().code;
    // What ICMP reported is told once, to whoever happens to call: it stands for all who wait here.
    broken_ = !network_said(error);
    if (error == ECANCELED) co_return;
    fail_all(broken_ ? ReplyKind::local : ReplyKind::unreachable, error);
    if (broken_) co_return;
  }
}

DatagramPorts::DatagramPorts(Io& io, Scope& background, Endpoint server, ResolverCounters& counters)
    : io_(io), background_(background), server_(server), counters_(counters) {}

Result<DatagramPort*> DatagramPorts::pick() {
  if (!ports_.empty()) {
    const auto& port = ports_[++turn_ % ports_.size()];
    if (!port->broken() && port->waiting() < waiting_comfortable) return port.get();
  }
  // A broken port stays until nobody waits there any more.
  std::erase_if(ports_, [](const auto& port) { return port->broken() && port->waiting() == 0; });
  Result<DatagramPort*> opened = std::unexpected(Error{ENOBUFS});
  if (ports_.size() < ports_max) opened = open();
  if (opened) return opened;
  DatagramPort* least = nullptr;
  for (const auto& port : ports_)
    if (!port->broken() && (least == nullptr || port->waiting() < least->waiting())) least = port.get();
  if (least != nullptr && least->waiting() < waiting_max) return least;
  return opened;
}

Result<DatagramPort*> DatagramPorts::open() {
  Result<Socket> socket = open_datagram(io_, server_);
  if (!socket) return std::unexpected(socket.error());
  ports_.push_back(std::make_unique<DatagramPort>(io_, std::move(*socket), counters_));
  background_.start([](DatagramPort* port) { return port->receive_loop(); }, ports_.back().get());
  return ports_.back().get();
}

}  // namespace atonce
