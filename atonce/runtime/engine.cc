#include "atonce/runtime/engine.h"

#include "atonce/runtime/blocking_io.h"
#include "atonce/runtime/epoll_io.h"
#include "atonce/runtime/ring_io.h"

namespace atonce {

Parsed<std::unique_ptr<Io>> make_ring_io(const RingOptions& options) { return RingIo::make(options); }

std::unique_ptr<Io> make_epoll_io() { return std::make_unique<EpollIo>(); }

std::unique_ptr<Io> make_blocking_io() { return std::make_unique<BlockingIo>(); }

}  // namespace atonce
