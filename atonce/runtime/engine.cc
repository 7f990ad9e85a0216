#include "atonce/runtime/engine.h"

#include "atonce/runtime/blocking_io.h"
#include "atonce/runtime/epoll_io.h"
#include "atonce/runtime/faulty.h"
#include "atonce/runtime/ring_io.h"

namespace atonce {
namespace {

template <class Engine>
std::unique_ptr<Io> make_engine(const FaultPlan& faults) {
  if (faults.empty()) return std::make_unique<Engine>();
  return std::make_unique<Faulty<Engine>>(faults);
}

}  // namespace

Parsed<std::unique_ptr<Io>> make_ring_io(const RingOptions& options, const FaultPlan& faults) {
  return RingIo::make(options, faults);
}

std::unique_ptr<Io> make_epoll_io() { return std::make_unique<EpollIo>(); }
std::unique_ptr<Io> make_epoll_io(const FaultPlan& faults) { return make_engine<EpollIo>(faults); }

std::unique_ptr<Io> make_blocking_io() { return std::make_unique<BlockingIo>(); }
std::unique_ptr<Io> make_blocking_io(const FaultPlan& faults) { return make_engine<BlockingIo>(faults); }

}  // namespace atonce
