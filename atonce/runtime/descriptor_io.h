#pragma once

#include <array>
#include <limits>
#include <vector>

#include "atonce/runtime/io.h"

namespace atonce {

/// What the engines over plain file descriptors share: the clock, randomness, sockets, and the attempt that never
/// waits.
class DescriptorIo : public Io {
 public:
  Instant now() const override;
  std::uint64_t random() override;

  Result<Handle> listen(const Endpoint& at, int backlog) override;
  Result<Handle> open_datagram(const Endpoint& peer) override;
  Result<Handle> bind_datagram(const Endpoint& at) override;
  Result<Endpoint> local_endpoint(Handle handle) override;
  Result<Endpoint> remote_endpoint(Handle handle) override;
  Result<Handle> adopt_listener(int descriptor) override;
  void finish_sending(Handle handle) override;
  void send_at_once(Handle handle) override;
  void close(Handle handle) override;
  void reset(Handle handle, Family family) override;
  void break_off(Handle handle) override;

  /// May be called from another thread and from a signal handler.
  void wake() override;

  /// Sockets kept for the next connects.
  std::size_t spare_sockets() const { return spares_[0].size() + spares_[1].size(); }

 protected:
  /// Not a result: the operation would have to wait.
  static constexpr std::int32_t must_wait = std::numeric_limits<std::int32_t>::min();

  /// `socket_flags` are those of socket(2) that every socket gets besides SOCK_CLOEXEC. Throws std::system_error when
  /// there is no descriptor for the wake-up.
  explicit DescriptorIo(int socket_flags);
  ~DescriptorIo() override;

  /// The socket of an operation that brings one.
  static int socket_of(const Operation& operation);
  /// Whether the engine opens a descriptor for the operation, and so closes it when the operation is cancelled.
  static bool owns_descriptor(OperationKind kind) {
    return kind == OperationKind::connect || kind == OperationKind::wait_child;
  }

  /// Does without waiting what is asked for, or gives `must_wait`: accept, receive, send, receive_from, send_to.
  std::int32_t attempt(Operation& operation);

  /// Begins a connect, on a socket that was refused before or on a fresh one. Gives the final result, or `must_wait`,
  /// with the socket in `descriptor`.
  std::int32_t begin_connect(ConnectOperation& operation, int& descriptor);

  /// The result of a connect whose socket has become ready; `failed` when the kernel says that there is an error.
  /// Keeps or closes the socket of a failed one.
  std::int32_t end_connect(ConnectOperation& operation, int descriptor, bool failed);

  /// Closes the socket of a connect that is given up, once it has told how many SYNs went out.
  void give_up_connect(ConnectOperation& operation, int descriptor);

  /// Whether a failed connect was refused by this machine itself, before anything went out; asks the routing table
  /// where the code alone does not say.
  static bool refused_here(const Endpoint& to, int code);

  /// Begins to wait for a child. Gives the final result, or `must_wait`, with a descriptor that becomes readable at the
  /// child's end. Source: pidfd_open(2).
  static std::int32_t begin_wait_child(pid_t child, int& descriptor);
  /// Takes the child's wait status, or gives `must_wait`.
  static std::int32_t reap_child(pid_t child);

  /// An eventfd(2) that `wake` writes to.
  int wake_descriptor() const { return wake_; }
  /// Reads it empty.
  void drain_wakes();
  int socket_flags() const { return socket_flags_; }

 private:
  // A refused or reset connection leaves its socket as new, and to make one anew costs a third of a connect that is
  // refused on loopback. So many of each family serve a burst, and are given up where descriptors are short.
  static constexpr std::size_t spares_max = 256;

  std::int32_t transfer(Operation& operation);
  std::vector<int>& spares_of(Family family) { return spares_[family == Family::v6]; }
  int take_socket(const Endpoint& to);
  void retire(int descriptor, Family family, bool as_new);
  bool give_up_spares();
  template <class Prepare>
  Result<Handle> open(const Endpoint& endpoint, int type, Prepare prepare);

  std::array<std::vector<int>, 2> spares_;
  int socket_flags_;
  int wake_ = -1;
  std::array<std::uint64_t, 32> entropy_{};
  std::size_t entropy_left_ = 0;
};

}  // namespace atonce
