#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/profile.h"
#include "atonce/world/serve_loop.h"

namespace atonce {

/// The addresses of 127.0.0.0/8, with the kernel's own TCP behind each fate.
///
/// open: listeners, whose connections the built-in server answers; where the web is off they are accepted and closed at
/// once (with FIN, never RST: the client must not see an error). closed: nobody listens, so the kernel sends RST.
/// silent: listeners whose accept queue is full and is never emptied, so the kernel drops each SYN. unreachable: a
/// route that answers EHOSTUNREACH; only in a private network, as the few IPv6 addresses, which are all open.
class LoopbackGround : public Service {
 public:
  /// Opens every listener. A port that this user may not bind, or that is taken, gets a substitute for all addresses.
  static Parsed<LoopbackGround> open(const WorldSpec& spec);

  /// The port that stands for `asked` (equal in a private network).
  std::uint16_t port(std::uint16_t asked) const;
  /// The descriptors that the serving process must keep.
  std::vector<int> descriptors() const;
  /// Accepts and closes; not where the web is on.
  void watch(ServeLoop& loop);
  /// The listeners of the open, for the built-in server.
  std::vector<OwnedDescriptor> take_open() { return std::move(open_); }

  void ready(int fd, std::uint32_t events) override;
  Instant run_due(Instant) override { return never; }

 private:
  bool listen_on(const WorldSpec& spec, std::uint16_t port);

  std::vector<std::pair<std::uint16_t, std::uint16_t>> ports_;  ///< asked, served
  std::vector<OwnedDescriptor> open_;
  std::vector<OwnedDescriptor> silent_;   ///< never accepted from
  std::vector<OwnedDescriptor> fillers_;  ///< connections that keep the queues of the silent full
};

}  // namespace atonce
