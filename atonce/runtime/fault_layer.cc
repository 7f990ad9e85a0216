#include "atonce/runtime/fault_layer.h"

#include <algorithm>
#include <utility>

namespace atonce {
namespace {

template <class Bytes>
Bytes at_most(Bytes bytes, std::size_t count) {
  return bytes.first(std::min(bytes.size(), count));
}

}  // namespace

FaultDice::FaultDice(const FaultPlan& plan) : random_(Seed{plan.seed}, 6) {
  for (const FaultRule& rule : plan.rules) rules_.push_back({rule});
}

FaultKind FaultDice::kind_of(const Operation& operation) const {
  const auto stream_or_datagram = [this](Handle socket, FaultKind stream) {
    return datagrams_.contains(socket.value) ? FaultKind::datagram : stream;
  };
  switch (operation.kind) {
    case OperationKind::connect: return FaultKind::connect;
    case OperationKind::accept: return FaultKind::accept;
    case OperationKind::receive:
      return stream_or_datagram(static_cast<const ReceiveOperation&>(operation).socket, FaultKind::receive);
    case OperationKind::send:
      return stream_or_datagram(static_cast<const SendOperation&>(operation).socket, FaultKind::send);
    case OperationKind::receive_from:
    case OperationKind::send_to: return FaultKind::datagram;
    case OperationKind::wait_child: return FaultKind::child;
    case OperationKind::offload: return FaultKind::offload;
  }
  std::unreachable();
}

bool FaultDice::hits(Counted& counted) {
  const FaultWhen& when = counted.rule.when;
  ++counted.seen;
  switch (when.way) {
    case FaultWhen::Way::nth: return counted.seen == when.number;
    case FaultWhen::Way::every_nth: return counted.seen % when.number == 0;
    case FaultWhen::Way::chance: return random_.chance(when.probability);
  }
  std::unreachable();
}

FaultDecision FaultDice::decide(FaultKind kind) {
  FaultDecision decision;
  for (Counted& counted : rules_) {
    if (!counted.rule.kinds.has(kind) || !hits(counted)) continue;
    const FaultRule& rule = counted.rule;
    switch (rule.what) {
      case FaultRule::What::error:
        if (decision.error == 0) decision.error = rule.error;
        break;
      case FaultRule::What::late: decision.late = std::max(decision.late, rule.delay); break;
      case FaultRule::What::late_cancel: decision.late_cancel = std::max(decision.late_cancel, rule.delay); break;
      case FaultRule::What::shortened: decision.bytes_max = std::min(decision.bytes_max, rule.bytes_max); break;
    }
  }
  return decision;
}

WatchedOperation& WatchList::take(Io& io, Operation& operation, const FaultDecision& decision) {
  if (free_.empty()) {
    free_.reserve(all_.size() + 1);
    free_.push_back(&all_.emplace_back());
  }
  WatchedOperation& watched = *free_.back();
  free_.pop_back();
  watched.io = &io;
  watched.operation = &operation;
  watched.decision = decision;
  watched.held = watched.cancel_asked = false;
  return watched;
}

void WatchList::give_back(WatchedOperation& watched) {
  watched.operation = nullptr;
  free_.push_back(&watched);
}

void shorten(Operation& operation, std::size_t bytes_max) {
  if (operation.kind == OperationKind::receive) {
    auto& receiving = static_cast<ReceiveOperation&>(operation);
    receiving.into = at_most(receiving.into, bytes_max);
  } else if (operation.kind == OperationKind::send) {
    auto& sending = static_cast<SendOperation&>(operation);
    sending.from = at_most(sending.from, bytes_max);
  }
}

}  // namespace atonce
