#include "atonce/runtime/sim_io.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "atonce/runtime/fault_plan.h"

namespace atonce {
namespace {

constexpr std::array<std::string_view, 8> kind_names{"connect",      "accept",  "receive",    "send",
                                                     "receive_from", "send_to", "wait_child", "offload"};

constexpr std::uint64_t index_of(OperationKind kind) { return static_cast<std::uint64_t>(kind); }

}  // namespace

SimIo::SimIo(Seed from, Order order)
    : Io(Instant(std::chrono::seconds(1'000))),
      SimCore(from, order == Order::shuffled ? SimEvents::Ties::shuffled : SimEvents::Ties::first_come),
      shuffled_(order == Order::shuffled),
      program_dice_(from, 3),
      order_dice_(from, 4),
      stop_dice_(from, 7),
      connects_(*this),
      datagrams_(*this) {}

SimIo::~SimIo() = default;

HostRule& SimIo::host(std::string_view address) {
  const std::optional<IpAddress> parsed = parse_address(address);
  if (!parsed) throw std::invalid_argument("SimIo::host: not an IP address: " + std::string(address));
  return host(*parsed);
}

void SimIo::fail_next(OperationKind kind, int error, std::uint32_t count) {
  faults_.push_back({kind, error, count, 0});
}

void SimIo::fail_sometimes(OperationKind kind, int error, double probability) {
  faults_.push_back({kind, error, 0, probability});
}

void SimIo::child_ends(pid_t child, Duration after, int status) { children_[child] = {now() + after, status}; }

std::uint64_t SimIo::random() {
  const std::uint64_t value = program_dice_.next();
  mix(value);
  return value;
}

bool SimIo::start(Operation& operation) {
  operation.in_flight = true;
  operation.cancel_asked = false;
  operation.engine = nullptr;
  ++in_flight_[index_of(operation.kind)];
  const int error = injected_error(operation.kind);
  const std::int32_t result = error != 0 ? fail(operation, error) : begin(operation);
  if (result == SimSocket::pending) return false;
  // A real engine may tell at once or in its next turn; a program must not depend on it.
  if (shuffled_ && dice.below(4) == 0) {
    finish_later(operation, result, SimCore::now);
    return false;
  }
  operation.in_flight = false;
  operation.result = result;
  note(operation, result);
  return true;
}

std::int32_t SimIo::begin(Operation& operation) {
  switch (operation.kind) {
    case OperationKind::connect: return connects_.start(static_cast<ConnectOperation&>(operation));
    case OperationKind::accept: {
      auto& accepting = static_cast<AcceptOperation&>(operation);
      return socket(accepting.listener).accept(accepting);
    }
    case OperationKind::receive: {
      auto& receiving = static_cast<ReceiveOperation&>(operation);
      return socket(receiving.socket).receive(receiving);
    }
    case OperationKind::send: {
      auto& sending = static_cast<SendOperation&>(operation);
      return socket(sending.socket).send(sending);
    }
    case OperationKind::receive_from: {
      auto& receiving = static_cast<ReceiveFromOperation&>(operation);
      return socket(receiving.socket).receive_from(receiving);
    }
    case OperationKind::send_to: {
      auto& sending = static_cast<SendToOperation&>(operation);
      return socket(sending.socket).send_to(sending);
    }
    case OperationKind::wait_child: return begin_wait(static_cast<WaitChildOperation&>(operation));
    case OperationKind::offload: return begin_offload(static_cast<OffloadOperation&>(operation));
  }
  return -EINVAL;
}

std::int32_t SimIo::begin_offload(OffloadOperation& operation) {
  SimEvent& event = events.add(SimCore::now + offload_delay_, [](SimEvent& due) {
    auto& work = static_cast<OffloadOperation&>(*due.operation);
    static_cast<SimIo*>(due.subject)->finish(work, work.work(work.argument));
  });
  event.subject = this;
  event.operation = &operation;
  operation.engine = &event;
  return SimSocket::pending;
}

std::int32_t SimIo::begin_wait(WaitChildOperation& operation) {
  const auto child = children_.find(operation.child);
  if (child == children_.end()) return -ECHILD;
  SimEvent& event = events.add(std::max(child->second.ends, SimCore::now), [](SimEvent& due) {
    auto& self = *static_cast<SimIo*>(due.subject);
    const auto ended = self.children_.find(static_cast<WaitChildOperation&>(*due.operation).child);
    const std::int32_t result = ended == self.children_.end() ? -ECHILD : ended->second.status;
    if (ended != self.children_.end()) self.children_.erase(ended);
    self.finish(*due.operation, result);
  });
  event.subject = this;
  event.operation = &operation;
  operation.engine = &event;
  return SimSocket::pending;
}

int SimIo::injected_error(OperationKind kind) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (fault->kind != kind) continue;
    const int error = fault->error;
    if (fault->left > 0) {
      if (--fault->left == 0) faults_.erase(fault);
      return error;
    }
    if (dice.chance(fault->probability)) return error;
  }
  return 0;
}

std::int32_t SimIo::fail(Operation& operation, int error) {
  if (operation.kind != OperationKind::connect) return -error;
  auto& connecting = static_cast<ConnectOperation&>(operation);
  connecting.started = false;
  return is_error_of_this_machine(error) ? -error : connects_.start_failing(connecting, error);
}

void SimIo::finish(Operation& operation, std::int32_t result) {
  note(operation, result);
  complete(operation, result);
}

void SimIo::note(const Operation& operation, std::int32_t result) {
  --in_flight_[index_of(operation.kind)];
  ++completions_;
  mix(static_cast<std::uint64_t>(SimCore::now.time_since_epoch().count()));
  mix(index_of(operation.kind) << 32 | static_cast<std::uint32_t>(result));
  if (operation.kind == OperationKind::connect) mix(EndpointHash()(static_cast<const ConnectOperation&>(operation).to));
}

void SimIo::finish_later(Operation& operation, std::int32_t result, Instant at) {
  SimEvent& event =
      events.add(at, [](SimEvent& due) { static_cast<SimIo*>(due.subject)->finish(*due.operation, due.result); });
  event.subject = this;
  event.operation = &operation;
  event.result = result;
  // It has happened already: no cancel can take it back.
  operation.engine = nullptr;
  operation.cancel_asked = true;
}

void SimIo::cancel(Operation& operation) {
  if (!operation.in_flight || std::exchange(operation.cancel_asked, true)) return;
  if (!withdraw(operation)) return;
  if (shuffled_ && dice.below(2) == 0) return finish_later(operation, -ECANCELED, SimCore::now);
  finish(operation, -ECANCELED);
}

/// Takes back what waits. False when it is too late and the answer comes.
bool SimIo::withdraw(Operation& operation) {
  auto* const event = static_cast<SimEvent*>(operation.engine);
  if (event == nullptr) {
    socket_of(operation)->forget(operation);
    return true;
  }
  const bool running = operation.kind == OperationKind::offload && shuffled_;
  const bool answered = operation.kind != OperationKind::connect || SimConnects::is_answered(*event);
  if ((running || (answered && event->at <= SimCore::now)) && dice.below(2) == 0) return false;
  if (operation.kind == OperationKind::connect) {
    connects_.abandon(static_cast<ConnectOperation&>(operation), *event);
  } else {
    events.remove(*event);
  }
  return true;
}

SimSocket* SimIo::socket_of(Operation& operation) {
  switch (operation.kind) {
    case OperationKind::accept: return &socket(static_cast<AcceptOperation&>(operation).listener);
    case OperationKind::receive: return &socket(static_cast<ReceiveOperation&>(operation).socket);
    case OperationKind::send: return &socket(static_cast<SendOperation&>(operation).socket);
    default: return &socket(static_cast<ReceiveFromOperation&>(operation).socket);
  }
}

Result<Handle> SimIo::listen(const Endpoint& at, int backlog) {
  const std::int32_t result = connects_.listen(at, backlog);
  if (result < 0) return std::unexpected(Error{-result});
  return Handle{result};
}

Result<Handle> SimIo::open_datagram(const Endpoint& peer) {
  const std::int32_t result = datagrams_.open(peer);
  if (result < 0) return std::unexpected(Error{-result});
  return Handle{result};
}

Result<Handle> SimIo::bind_datagram(const Endpoint& at) {
  const std::int32_t result = datagrams_.bind(at);
  if (result < 0) return std::unexpected(Error{-result});
  return Handle{result};
}

Result<Endpoint> SimIo::local_endpoint(Handle handle) { return socket(handle).local(); }

Result<Endpoint> SimIo::remote_endpoint(Handle handle) {
  const std::optional<Endpoint> remote = socket(handle).remote();
  if (!remote) return std::unexpected(Error{ENOTCONN});
  return *remote;
}

void SimIo::finish_sending(Handle handle) { socket(handle).finish_sending(); }

void SimIo::break_off(Handle handle) {
  socket(handle).break_off();
  close(handle);
}

void SimIo::close(Handle handle) {
  SimSocket& closing = socket(handle);
  if (closing.in_use()) give_up(SimCore::seed, SimCore::now, "a handle was closed with an operation in flight on it");
  release_handle(handle);
  closing.close();
}

void SimIo::wait(Instant until) {
  stop_perhaps();
  const std::uint64_t before = completions_;
  happen_until(SimCore::now);
  while (completions_ == before && until > SimCore::now && !woken_.load(std::memory_order_acquire)) {
    const Instant next = std::min(events.next_at(), until);
    if (next == never) report_deadlock();
    SimCore::now = next;
    happen_until(next);
  }
  woken_.store(false, std::memory_order_relaxed);
}

void SimIo::stops_sometimes(double probability, Duration longest) {
  stop_probability_ = probability;
  stop_longest_ = longest;
}

void SimIo::stop_perhaps() {
  if (!stop_dice_.chance(stop_probability_)) return;
  const Instant stopped = SimCore::now;
  SimCore::now += stop_dice_.up_to(stop_longest_);
  stops_.push_back({stopped, SimCore::now});
}

SimWeather& SimIo::weather() {
  if (SimCore::weather == nullptr) SimCore::weather = std::make_unique<SimWeather>(SimCore::seed, SimCore::now);
  return *SimCore::weather;
}

void SimIo::happen_until(Instant instant) {
  while (events.next_at() <= instant) events.happen_next();
}

void SimIo::report_deadlock() {
  std::string complaint = "deadlock: every task waits and nothing will ever happen; in flight:";
  for (std::size_t kind = 0; kind < kind_count; ++kind)
    if (in_flight_[kind] > 0) complaint += " " + std::to_string(in_flight_[kind]) + " " + std::string(kind_names[kind]);
  give_up(SimCore::seed, SimCore::now, complaint);
}

void SimIo::arrange(std::vector<std::coroutine_handle<>>& ready) {
  if (!shuffled_) return;
  for (std::size_t left = ready.size(); left > 1; --left)
    std::swap(ready[left - 1], ready[order_dice_.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace atonce
