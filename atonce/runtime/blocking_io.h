#pragma once

#include <poll.h>

#include <vector>

#include "atonce/runtime/descriptor_io.h"

namespace atonce {

/// The engine that waits inside each call for its own operation: one ppoll(2) for what is pending, usually one
/// operation. It has no descriptors but the wake-up's and no threads: offloaded work runs inside the call.
class BlockingIo : public DescriptorIo {
 public:
  /// Throws std::system_error when there is no descriptor for the wake-up.
  BlockingIo();

  std::string_view name() const override { return "blocking"; }
  bool start(Operation& operation) override;
  void cancel(Operation& operation) override;

 protected:
  void wait(Instant until) override;

 private:
  std::int32_t begin(Operation& operation, pollfd& awaited);
  void advance(std::size_t index);
  void drop(std::size_t index);

  // Two columns of one table; row 0 is the wake-up, which is no operation.
  std::vector<pollfd> polled_;
  std::vector<Operation*> pending_;
};

}  // namespace atonce
