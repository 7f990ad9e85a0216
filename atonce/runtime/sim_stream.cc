#include "atonce/runtime/sim_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace atonce {

std::int32_t SimStream::receive(ReceiveOperation& operation) {
  const std::int32_t result = read(operation);
  if (result != pending) return result;
  if (!operation.waits()) return -EAGAIN;
  receivers_.add(operation);
  return result;
}

std::int32_t SimStream::read(ReceiveOperation& operation) {
  if (operation.into.empty()) return 0;
  if (available() > 0) {
    SimCore& core = connection_.core_;
    const std::size_t count = transfer_size(core, std::min(available(), operation.into.size()));
    std::memcpy(operation.into.data(), received_.data() + read_, count);
    read_ += count;
    if (available() == 0) {
      received_.clear();
      read_ = 0;
    }
    SimStream& sender = connection_.other(*this);
    sender.unread_sent_ -= count;
    sender.serve_lines();
    return static_cast<std::int32_t>(count);
  }
  if (error_ != 0) return -std::exchange(error_, 0);
  return ended_ ? 0 : pending;
}

std::int32_t SimStream::send(SendOperation& operation) {
  const std::int32_t result = write(operation);
  if (result == pending) senders_.add(operation);
  return result;
}

std::int32_t SimStream::write(SendOperation& operation) {
  if (error_ != 0) return -std::exchange(error_, 0);
  if (reset_ || sending_finished_) return -EPIPE;
  if (operation.from.empty()) return 0;
  const std::size_t room = SimConnection::window_bytes - std::min(unread_sent_, SimConnection::window_bytes);
  if (room == 0) return pending;
  const std::size_t count = transfer_size(connection_.core_, std::min(operation.from.size(), room));
  connection_.carry(*this, operation.from.first(count));
  return static_cast<std::int32_t>(count);
}

void SimStream::serve_lines() {
  SimCore& core = connection_.core_;
  while (!receivers_.empty() && (available() > 0 || error_ != 0 || ended_)) {
    auto& operation = static_cast<ReceiveOperation&>(receivers_.take());
    core.finish(operation, read(operation));
  }
  while (!senders_.empty() && (unread_sent_ < SimConnection::window_bytes || error_ != 0 || reset_)) {
    auto& operation = static_cast<SendOperation&>(senders_.take());
    core.finish(operation, write(operation));
  }
}

void SimStream::forget(Operation& operation) {
  receivers_.forget(operation);
  senders_.forget(operation);
}

void SimStream::finish_sending() {
  if (sending_finished_ || reset_) return;
  sending_finished_ = true;
  connection_.transmit(*this, SimConnection::fin);
}

std::optional<Endpoint> SimStream::remote() const { return connection_.other(*this).local_; }

void SimStream::break_off() {
  if (reset_) return;
  reset_ = true;
  connection_.transmit(*this, SimConnection::reset);
}

void SimStream::close() {
  if (!reset_) {
    // RFC 9293 3.6.1 and RFC 1122 4.2.2.13: closing with bytes unread resets the connection.
    if (available() > 0) {
      connection_.transmit(*this, SimConnection::reset);
    } else {
      finish_sending();
    }
  }
  connection_.let_go(*this);
}

void SimStream::arrive(std::vector<std::byte>& bytes) {
  if (reset_) return;
  if (!owned_) return connection_.transmit(*this, SimConnection::reset);
  received_.insert(received_.end(), bytes.begin(), bytes.end());
  serve_lines();
}

void SimStream::arrive_fin() {
  ended_ = true;
  serve_lines();
}

void SimStream::arrive_reset() {
  if (reset_) return;
  reset_ = ended_ = true;
  error_ = ECONNRESET;
  serve_lines();
}

SimConnection::SimConnection(SimCore& core, const SimLink& link, const Endpoint& client, const Endpoint& server,
                             bool swallows)
    : SimThing(core), link_(link), ends_{SimStream(*this, client), SimStream(*this, server)}, swallows_(swallows) {
  if (swallows_) ends_[1].owned_ = false;
}

void SimConnection::abandon(SimStream& end) {
  transmit(end, reset);
  let_go(end);
}

void SimConnection::carry(SimStream& from, std::span<const std::byte> bytes) {
  const std::uint64_t left = link_.resets_after - carried_;
  const bool cut = bytes.size() >= left;
  const std::span<const std::byte> passing = bytes.first(std::min<std::uint64_t>(bytes.size(), left));
  carried_ += passing.size();
  if (!swallows_ && !passing.empty()) {
    from.unread_sent_ += passing.size();
    transmit(from, data, passing);
  }
  if (!cut) return;
  transmit(from, reset);
  transmit(other(from), reset);
}

void SimConnection::transmit(SimStream& from, Segment segment, std::span<const std::byte> bytes) {
  SimStream& to = other(from);
  // Nobody is at the far end to be told.
  if (swallows_ && &to == &ends_[1]) return;
  Duration delay = core_.one_way(link_);
  // The bound keeps a link that loses everything from losing for ever.
  for (int lost = 0; lost < 10 && core_.loses(link_, host(), core_.now + delay); ++lost)
    delay += retransmission * (1 << lost);
  to.last_arrival_ = std::max(to.last_arrival_, core_.now + delay);
  SimEvent& event = core_.events.add(to.last_arrival_, arrive, SimEvents::Ties::first_come);
  event.subject = &to;
  event.number = segment;
  event.bytes.assign(bytes.begin(), bytes.end());
  ++on_the_way_;
}

void SimConnection::arrive(SimEvent& event) {
  SimStream& end = *static_cast<SimStream*>(event.subject);
  SimConnection& connection = end.connection_;
  switch (event.number) {
    case data: end.arrive(event.bytes); break;
    case fin: end.arrive_fin(); break;
    default: end.arrive_reset(); break;
  }
  --connection.on_the_way_;
  connection.end_if_unused();
}

void SimConnection::let_go(SimStream& end) {
  end.owned_ = false;
  end_if_unused();
}

void SimConnection::end_if_unused() {
  if (ends_[0].owned_ || ends_[1].owned_ || on_the_way_ > 0) return;
  if (ended) ended();
  delete this;
}

SimListener::SimListener(SimCore& core, const Endpoint& local, int backlog, std::function<void()> closed)
    : SimThing(core),
      local_(local),
      // Linux takes one more than it was asked for.
      backlog_(static_cast<std::size_t>(std::max(backlog, 0)) + 1),
      closed_(std::move(closed)) {}

void SimListener::close() {
  for (SimConnection* connection : queue_) connection->abandon(connection->server());
  closed_();
  delete this;
}

std::int32_t SimListener::accept(AcceptOperation& operation) {
  if (!queue_.empty()) return take_next();
  acceptors_.add(operation);
  return pending;
}

std::int32_t SimListener::take_next() {
  const std::int32_t handle = core_.open_handle(queue_.front()->server());
  if (handle >= 0) queue_.pop_front();
  return handle;
}

void SimListener::arrive(SimConnection& connection) {
  if (expected_ > 0) --expected_;
  queue_.push_back(&connection);
  if (!acceptors_.empty()) core_.finish(acceptors_.take(), take_next());
}

}  // namespace atonce
