#include "atonce/runtime/sim_datagram.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace atonce {

SimDatagramSocket::SimDatagramSocket(SimDatagrams& all, const Endpoint& local, const std::optional<Endpoint>& peer)
    : SimThing(all.core_), all_(all), local_(local), peer_(peer) {}

std::int32_t SimDatagramSocket::receive(ReceiveOperation& operation) {
  const std::int32_t result = read(operation);
  if (result != pending) return result;
  if (!operation.waits()) return -EAGAIN;
  receivers_.add(operation);
  return result;
}

std::int32_t SimDatagramSocket::receive_from(ReceiveFromOperation& operation) {
  const std::int32_t result = read(operation);
  if (result == pending) receivers_.add(operation);
  return result;
}

std::int32_t SimDatagramSocket::read(Operation& operation) {
  if (operation.kind == OperationKind::receive) return take(static_cast<ReceiveOperation&>(operation).into, nullptr);
  auto& with_sender = static_cast<ReceiveFromOperation&>(operation);
  return take(with_sender.into, &with_sender.peer);
}

std::int32_t SimDatagramSocket::take(std::span<std::byte> into, Endpoint* peer) {
  if (error_ != 0) return -std::exchange(error_, 0);
  if (queue_.empty()) return pending;
  const Packet packet = std::move(queue_.front());
  queue_.pop_front();
  const std::size_t count = std::min(into.size(), packet.bytes.size());
  if (count > 0) std::memcpy(into.data(), packet.bytes.data(), count);
  if (peer != nullptr) *peer = packet.from;
  return static_cast<std::int32_t>(count);
}

std::int32_t SimDatagramSocket::send(SendOperation& operation) {
  if (!peer_) return -EDESTADDRREQ;
  if (error_ != 0) return -std::exchange(error_, 0);
  return all_.transmit(*this, *peer_, operation.from);
}

std::int32_t SimDatagramSocket::send_to(SendToOperation& operation) {
  if (error_ != 0) return -std::exchange(error_, 0);
  return all_.transmit(*this, operation.peer, operation.from);
}

void SimDatagramSocket::arrive(const Endpoint& from, std::vector<std::byte>& bytes) {
  if (queue_.size() >= queued_max) return;
  queue_.push_back({from, std::move(bytes)});
  serve_line();
}

void SimDatagramSocket::fail(int error) {
  error_ = error;
  serve_line();
}

void SimDatagramSocket::serve_line() {
  while (!receivers_.empty() && (error_ != 0 || !queue_.empty())) {
    Operation& operation = receivers_.take();
    core_.finish(operation, read(operation));
  }
}

void SimDatagramSocket::close() {
  all_.bound_.erase(local_);
  delete this;
}

std::int32_t SimDatagrams::open(const Endpoint& peer) {
  if (core_.rule_of(peer.address).fate() == HostRule::Fate::no_route) return -ENETUNREACH;
  return open_at(with_free_port(core_.source_for(peer.address)), peer);
}

std::int32_t SimDatagrams::bind(const Endpoint& at) {
  if (at.port == 0) return open_at(with_free_port(at.address), std::nullopt);
  if (bound_.contains(at)) return -EADDRINUSE;
  return open_at(at, std::nullopt);
}

std::int32_t SimDatagrams::open_at(const Endpoint& local, const std::optional<Endpoint>& peer) {
  if (!core_.descriptor_left()) return -EMFILE;
  auto* const socket = new SimDatagramSocket(*this, local, peer);
  bound_[local] = socket;
  return core_.open_handle(*socket);
}

Endpoint SimDatagrams::with_free_port(IpAddress address) {
  Endpoint at{address, next_port_};
  while (bound_.contains(at))
    at.port = at.port == 60'999 ? std::uint16_t{32'768} : static_cast<std::uint16_t>(at.port + 1);
  next_port_ = at.port == 60'999 ? std::uint16_t{32'768} : static_cast<std::uint16_t>(at.port + 1);
  return at;
}

SimDatagramSocket* SimDatagrams::find(const Endpoint& at) {
  if (const auto exact = bound_.find(at); exact != bound_.end()) return exact->second;
  if (!core_.is_ours(at.address)) return nullptr;
  const IpAddress any{.family = at.address.family};
  const auto wildcard = bound_.find(Endpoint{any, at.port});
  return wildcard == bound_.end() ? nullptr : wildcard->second;
}

std::int32_t SimDatagrams::transmit(SimDatagramSocket& from, const Endpoint& to, std::span<const std::byte> bytes) {
  if (bytes.size() > bytes_max) return -EMSGSIZE;
  Endpoint source = from.local_;
  if (source.address == IpAddress{.family = source.address.family}) source.address = core_.source_for(to.address);
  const HostRule& rule = core_.rule_between(source.address, to.address);
  const SimLink link = rule.link();
  switch (rule.fate()) {
    case HostRule::Fate::no_route: return -ENETUNREACH;
    case HostRule::Fate::silent: break;
    case HostRule::Fate::unreachable: refuse(source, to, EHOSTUNREACH, link.latency); break;
    case HostRule::Fate::refuses: refuse(source, to, ECONNREFUSED, link.latency); break;
    case HostRule::Fate::answers:
      put_on_the_way(source, to, bytes);
      if (core_.dice.chance(link.duplicates)) put_on_the_way(source, to, bytes);
  }
  return static_cast<std::int32_t>(bytes.size());
}

void SimDatagrams::put_on_the_way(const Endpoint& from, const Endpoint& to, std::span<const std::byte> bytes) {
  const SimLink link = core_.rule_between(from.address, to.address).link();
  if (core_.loses(link, core_.is_ours(to.address) ? from.address : to.address, core_.now)) return;
  Duration delay = core_.one_way(link);
  if (core_.dice.chance(link.reorders)) delay += core_.dice.up_to(link.latency);
  SimEvent& event = core_.events.add(core_.now + delay, arrive, SimEvents::Ties::first_come);
  event.subject = this;
  event.from = from;
  event.to = to;
  event.bytes.assign(bytes.begin(), bytes.end());
}

void SimDatagrams::refuse(const Endpoint& from, const Endpoint& to, int error, Duration after) {
  SimEvent& event = core_.events.add(core_.now + after, arrive_refusal);
  event.subject = this;
  event.from = from;
  event.to = to;
  event.result = error;
}

void SimDatagrams::arrive(SimEvent& event) {
  auto& all = *static_cast<SimDatagrams*>(event.subject);
  SimDatagramSocket* const socket = all.find(event.to);
  if (socket == nullptr) {
    const Duration back = all.core_.rule_between(event.from.address, event.to.address).link().latency / 2;
    return all.refuse(event.from, event.to, ECONNREFUSED, back);
  }
  // A connected socket hears its peer alone: connect(2).
  if (socket->peer_ && *socket->peer_ != event.from) return;
  socket->arrive(event.from, event.bytes);
}

// Linux tells only a connected socket what ICMP said: udp(7).
void SimDatagrams::arrive_refusal(SimEvent& event) {
  auto& all = *static_cast<SimDatagrams*>(event.subject);
  SimDatagramSocket* const socket = all.find(event.from);
  if (socket != nullptr && socket->peer_ == event.to) socket->fail(event.result);
}

}  // namespace atonce
