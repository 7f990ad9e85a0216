#include "atonce/protocols/client/pool.h"

#include <algorithm>
#include <cstdlib>

namespace atonce {

Pool::Pool(Io& io, const ClientSettings& settings) : io_(io), settings_(settings) {
  fire = [](Timer& timer) { static_cast<Pool&>(timer).expire(); };
}

Pool::~Pool() {
  io_.timers().disarm(*this);
  close_idle();
}

Origin& Pool::enter(std::string_view key, Origin::Speaks speaks) {
  auto found = origins_.find(key);
  if (found == origins_.end()) {
    found = origins_.try_emplace(std::string(key)).first;
    found->second.key = found->first;
    found->second.speaks = speaks;
    found->second.line.previous = found->second.line.next = &found->second.line;
  }
  ++found->second.users;
  return found->second;
}

void Pool::leave(Origin& origin) {
  --origin.users;
  erase_if_unused(origin);
}

void Pool::erase_if_unused(Origin& origin) {
  if (origin.users > 0 || origin.connections > 0) return;
  if (origin.starving) std::erase(starving_, &origin);
  origins_.erase(origins_.find(origin.key));
}

std::optional<Lease> Pool::try_lease(Origin& origin, bool fresh) {
  if (!fresh) {
    if (!origin.idle.empty()) return Lease{.connection = take_idle(origin, origin.idle.size() - 1)};
    for (SharedConnection* shared : origin.shared) {
      if (!shared->has_room()) continue;
      shared->reserve();
      return Lease{.shared = shared};
    }
    if (origin.finding_out) return std::nullopt;
  }
  if (!may_open(origin, fresh)) return std::nullopt;
  ++origin.connections;
  ++open_;
  const bool finds_out = !fresh && origin.speaks != Origin::Speaks::http1;
  origin.finding_out |= finds_out;
  return Lease{.may_dial = true, .finds_out = finds_out};
}

bool Pool::may_open(Origin& origin, bool fresh) {
  if (origin.connections >= settings_.connections_per_host_max) {
    if (!fresh || origin.idle.empty()) return false;
    drop(origin, 0);
  }
  if (open_ < settings_.connections_max) return true;
  if (make_room()) return true;
  if (!std::exchange(origin.starving, true)) starving_.push_back(&origin);
  return false;
}

std::unique_ptr<Connection> Pool::take_idle(Origin& origin, std::size_t index) {
  std::unique_ptr<Connection> taken = std::move(origin.idle[index]);
  origin.idle.erase(origin.idle.begin() + static_cast<std::ptrdiff_t>(index));
  unlink_idle(*taken);
  return taken;
}

void Pool::link_idle(Connection& connection) {
  connection.older = newest_;
  connection.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &connection;
  newest_ = &connection;
  ++idle_;
}

void Pool::unlink_idle(Connection& connection) {
  (connection.older != nullptr ? connection.older->newer : oldest_) = connection.newer;
  (connection.newer != nullptr ? connection.newer->older : newest_) = connection.older;
  --idle_;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  Origin& origin = *connection->origin;
  connection->idle_since = io_.now();
  return_buffer(std::move(connection->buffer));
  link_idle(*connection);
  origin.idle.push_back(std::move(connection));
  if (origin.has_line()) serve(origin);
  if (idle_ > settings_.idle_max) make_room();
  if (!starving_.empty()) serve_starving();
  if (oldest_ != nullptr && !armed()) io_.timers().arm(*this, later(oldest_->idle_since, settings_.idle_timeout));
}

void Pool::close(std::unique_ptr<Connection> connection) {
  Origin& origin = *connection->origin;
  connection->stream.close();
  return_buffer(std::move(connection->buffer));
  connection.reset();
  closed_one(origin);
}

void Pool::closed_one(Origin& origin) {
  --origin.connections;
  --open_;
  if (origin.has_line()) serve(origin);
  if (!starving_.empty()) serve_starving();
  erase_if_unused(origin);
}

void Pool::end_dial(Origin& origin, bool found_out) {
  if (found_out) {
    origin.finding_out = false;
    // Whoever waits for what it would have found out must not wait for one failure after the other.
    if (origin.speaks == Origin::Speaks::unknown) origin.speaks = Origin::Speaks::http1;
  }
  closed_one(origin);
}

void Pool::became_single(Origin& origin) {
  origin.speaks = Origin::Speaks::http1;
  if (std::exchange(origin.finding_out, false)) serve(origin);
}

void Pool::became_shared(Origin& origin, SharedConnection& connection) {
  origin.speaks = Origin::Speaks::http2;
  origin.finding_out = false;
  origin.shared.push_back(&connection);
  serve(origin);
}

void Pool::retire_shared(Origin& origin, SharedConnection& connection) {
  std::erase(origin.shared, &connection);
  serve(origin);
}

void Pool::end_shared(Origin& origin, SharedConnection& connection) {
  std::erase(origin.shared, &connection);
  closed_one(origin);
}

void Pool::serve(Origin& origin) {
  while (origin.has_line()) {
    Wait& first = *static_cast<Wait::Place*>(origin.line.next)->wait;
    first.lease_ = try_lease(origin, first.fresh_);
    if (!first.lease_) return;
    first.end();
  }
}

void Pool::serve_starving() {
  while (!starving_.empty() && (open_ < settings_.connections_max || idle_ > 0)) {
    Origin& origin = *starving_.front();
    starving_.pop_front();
    origin.starving = false;
    serve(origin);
  }
}

/// Serves nobody: what becomes free is for whoever asked.
void Pool::drop(Origin& origin, std::size_t index) {
  take_idle(origin, index)->stream.close();
  --origin.connections;
  --open_;
  erase_if_unused(origin);
}

bool Pool::make_room() {
  if (oldest_ == nullptr) return false;
  Origin& origin = *oldest_->origin;
  const auto place = std::ranges::find(origin.idle, oldest_, &std::unique_ptr<Connection>::get);
  drop(origin, static_cast<std::size_t>(place - origin.idle.begin()));
  return true;
}

void Pool::close_idle() {
  while (make_room()) {
  }
}

void Pool::expire() {
  const Instant now = io_.now();
  while (oldest_ != nullptr && later(oldest_->idle_since, settings_.idle_timeout) <= now) make_room();
  if (oldest_ != nullptr) io_.timers().arm(*this, later(oldest_->idle_since, settings_.idle_timeout));
}

Buffer Pool::take_buffer() {
  if (buffers_.empty()) return std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
  Buffer buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void Pool::return_buffer(Buffer buffer) {
  if (buffer != nullptr && buffers_.size() < buffers_max) buffers_.push_back(std::move(buffer));
}

}  // namespace atonce
