#pragma once

#include <memory>
#include <vector>

#include "atonce/runtime/descriptor_io.h"
#include "atonce/runtime/thread_pool.h"

namespace atonce {

/// The engine over epoll(7): each descriptor is registered once, edge-triggered, when an operation on it first has to
/// wait; everything is tried before it waits.
class EpollIo : public DescriptorIo {
 public:
  /// Throws std::system_error when there are no descriptors for it.
  explicit EpollIo(std::uint32_t threads_max = 4);
  ~EpollIo() override;

  std::string_view name() const override { return "epoll"; }
  bool start(Operation& operation) override;
  void cancel(Operation& operation) override;
  void close(Handle handle) override;
  Result<Handle> open_datagram(const Endpoint& peer) override;
  Result<Handle> bind_datagram(const Endpoint& at) override;

 protected:
  void wait(Instant until) override;

 private:
  /// What waits on a descriptor; indexed by it.
  struct Watched {
    Operation* reader = nullptr;
    Operation* writer = nullptr;
    // Tells this use of the number from earlier ones: a forked child may keep an old registration alive.
    std::uint32_t generation = 0;
    bool registered = false;
    bool datagrams = false;
    bool hung_up = false;  ///< an end or an error was told of: it stays readable
    bool drained = false;  ///< a stream read empty, of which no edge has told anything since
  };

  std::int32_t begin(Operation& operation, int& descriptor);
  std::int32_t attempt_noting(Operation& operation, int descriptor);
  Watched& watched_of(int descriptor);
  Result<Handle> note_datagrams(Result<Handle> opened);
  /// 0, or a negative errno.
  std::int32_t watch(Operation& operation, int descriptor);
  void forget(int descriptor);
  int wait_for_events(Instant until);
  void dispatch(std::uint64_t key, std::uint32_t events);
  void advance(Operation*& slot, int descriptor, bool failed);
  void end(Operation*& slot, std::int32_t result);
  void take_offloaded();

  int epoll_ = -1;
  std::size_t waiting_ = 0;
  std::vector<Watched> watched_;
  std::vector<ThreadPool::Finished> finished_;
  ThreadPool pool_;
};

}  // namespace atonce
