#include "atonce/runtime/engine.h"

#include "atonce/runtime/blocking_io.h"
#include "atonce/runtime/epoll_io.h"

namespace atonce {

std::unique_ptr<Io> make_epoll_io() { return std::make_unique<EpollIo>(); }

std::unique_ptr<Io> make_blocking_io() { return std::make_unique<BlockingIo>(); }

}  // namespace atonce
