#pragma once

#include <utility>

#include "atonce/runtime/fault_layer.h"
#include "atonce/runtime/io.h"

namespace atonce {

/// An engine in which things go wrong as a plan says: what the system could do as well, only more often. It keeps the
/// contract of `Io`; with a plan that is empty it does what the engine does.
template <class Engine>
class Faulty final : public Engine {
 public:
  template <class... Args>
  explicit Faulty(const FaultPlan& plan, Args&&... args) : Engine(std::forward<Args>(args)...), dice_(plan) {}

  bool start(Operation& operation) override {
    if (dice_.empty()) return Engine::start(operation);
    const FaultDecision decision = dice_.decide(operation);
    if (decision.error != 0) return fail(operation, decision.error);
    shorten(operation, decision.bytes_max);
    if (!decision.watches()) return Engine::start(operation);
    return start_watched(operation, watch_list_.take(*this, operation, decision));
  }

  void cancel(Operation& operation) override {
    if (operation.watched == nullptr) return Engine::cancel(operation);
    WatchedOperation& watched = *operation.watched;
    if (watched.held) return tell(watched);
    if (std::exchange(watched.cancel_asked, true)) return;
    if (watched.decision.late_cancel == Duration{}) return Engine::cancel(operation);
    watched.fire = [](Timer& timer) {
      auto& late = static_cast<WatchedOperation&>(timer);
      static_cast<Faulty*>(late.io)->Engine::cancel(*late.operation);
    };
    this->timers().arm(watched, this->now() + watched.decision.late_cancel);
  }

  Result<Handle> listen(const Endpoint& at, int backlog) override {
    if (const int error = dice_.decide(FaultKind::listen).error; error != 0) return std::unexpected(Error{error});
    return Engine::listen(at, backlog);
  }
  Result<Handle> open_datagram(const Endpoint& peer) override {
    return note_datagram(FaultKind::open, [&] { return Engine::open_datagram(peer); });
  }
  Result<Handle> bind_datagram(const Endpoint& at) override {
    return note_datagram(FaultKind::listen, [&] { return Engine::bind_datagram(at); });
  }
  void close(Handle handle) override {
    dice_.closed(handle);
    Engine::close(handle);
  }

 protected:
  void complete_watched(Operation& operation, std::int32_t result) override {
    WatchedOperation& watched = *operation.watched;
    watched.result = result;
    hold(watched);
  }

 private:
  template <class Open>
  Result<Handle> note_datagram(FaultKind kind, Open open) {
    if (const int error = dice_.decide(kind).error; error != 0) return std::unexpected(Error{error});
    const Result<Handle> opened = open();
    if (opened && !dice_.empty()) dice_.opened_datagram(*opened);
    return opened;
  }

  static bool fail(Operation& operation, int error) {
    if (operation.kind == OperationKind::connect)
      static_cast<ConnectOperation&>(operation).started = !is_error_of_this_machine(error);
    operation.result = -error;
    return true;
  }

  bool start_watched(Operation& operation, WatchedOperation& watched) {
    operation.watched = &watched;
    if (!Engine::start(operation)) return false;
    if (watched.decision.late == Duration{}) {
      forget(watched);
      return true;
    }
    operation.in_flight = true;
    watched.result = operation.result;
    hold(watched);
    return false;
  }

  /// The engine has done with it: it is told when its lateness is over, or now.
  void hold(WatchedOperation& watched) {
    this->timers().disarm(watched);
    if (watched.cancel_asked || watched.decision.late == Duration{}) return tell(watched);
    watched.held = true;
    watched.fire = [](Timer& timer) {
      auto& late = static_cast<WatchedOperation&>(timer);
      static_cast<Faulty*>(late.io)->tell(late);
    };
    this->timers().arm(watched, this->now() + watched.decision.late);
  }

  void tell(WatchedOperation& watched) {
    Operation& operation = *watched.operation;
    const std::int32_t result = watched.result;
    forget(watched);
    this->complete(operation, result);
  }

  void forget(WatchedOperation& watched) {
    this->timers().disarm(watched);
    watched.operation->watched = nullptr;
    watch_list_.give_back(watched);
  }

  FaultDice dice_;
  WatchList watch_list_;
};

}  // namespace atonce
