#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "atonce/model/address.h"
#include "atonce/runtime/leaf.h"

namespace atonce {

class Io;
struct WatchedOperation;

/// A socket as its engine knows it: a file descriptor, or a slot of a ring's own table. Means nothing to another
/// engine.
struct Handle {
  std::int32_t value = -1;

  explicit operator bool() const { return value >= 0; }
  friend bool operator==(Handle, Handle) = default;
};

/// What may be asked of the outside world. One struct below for each; a new one needs a case in io_contract_test.cc.
enum class OperationKind : std::uint8_t { connect, accept, receive, send, receive_from, send_to, wait_child, offload };

/// One thing asked of the outside world, from start to completion. Lives in the frame of the coroutine that awaits it,
/// so starting one allocates nothing; a frame with an operation in flight is never destroyed.
struct Operation : Leaf {
  OperationKind kind;
  bool in_flight = false;     ///< For the engine: started and not yet completed.
  bool cancel_asked = false;  ///< For the engine.
  std::int32_t result = 0;    ///< A count or a handle, or a negative errno.
  Io* io = nullptr;
  void* engine = nullptr;               ///< For the engine: whatever it needs to find the operation's record again.
  WatchedOperation* watched = nullptr;  ///< For a fault layer: what goes wrong with it; null, as a rule.

  explicit Operation(OperationKind of) : kind(of) {}
};

/// What is known of a connect beyond its result. Outlives the operation that fills it: a place to be read after
/// `co_await within(timeout, connect(io, to, &facts))`.
struct ConnectFacts {
  /// SYNs sent, for a connect that was cancelled (a deadline passed) or ended in ETIMEDOUT; 0: not known. As the kernel
  /// counts them: one that it could not hand to its own device is among them. Source: tcp(7) TCP_INFO.
  std::uint16_t syns = 0;
};

/// Makes a TCP socket and connects it. Result: the handle's value. On failure nothing stays open. Source: socket(2),
/// connect(2).
struct ConnectOperation : Operation {
  Endpoint to;
  bool started = false;        ///< The kernel took the connect: the failure, if any, came from outside.
  std::uint16_t syns = 0;      ///< As in ConnectFacts.
  std::uint32_t begun_ms = 0;  ///< For the engine.
  ConnectFacts* facts;         ///< Null: nobody wants to know.
  ConnectOperation(const Endpoint& endpoint, ConnectFacts* place = nullptr)
      : Operation(OperationKind::connect), to(endpoint), facts(place) {}
};

/// Takes the next connection of a listener. Result: the handle's value. Source: accept4(2).
struct AcceptOperation : Operation {
  Handle listener;
  explicit AcceptOperation(Handle handle) : Operation(OperationKind::accept), listener(handle) {}
};

enum class WhenEmpty : bool { wait, tell };

/// Result: bytes, at least 1; 0 at the end of the stream. On a datagram socket one datagram, cut at the buffer. -EAGAIN
/// when nothing is there and it is not to wait. Source: recv(2).
struct ReceiveOperation : Operation {
  Handle socket;
  std::span<std::byte> into;
  WhenEmpty when_empty;
  ReceiveOperation(Handle handle, std::span<std::byte> buffer, WhenEmpty when = WhenEmpty::wait)
      : Operation(OperationKind::receive), socket(handle), into(buffer), when_empty(when) {}
  bool waits() const { return when_empty == WhenEmpty::wait; }
};

/// Result: bytes taken, perhaps fewer than given. Never raises SIGPIPE. Source: send(2).
struct SendOperation : Operation {
  Handle socket;
  std::span<const std::byte> from;
  SendOperation(Handle handle, std::span<const std::byte> bytes)
      : Operation(OperationKind::send), socket(handle), from(bytes) {}
};

/// Like receive, with the sender's address. Source: recvfrom(2).
struct ReceiveFromOperation : Operation {
  Handle socket;
  std::span<std::byte> into;
  Endpoint peer;  ///< Set when the result is not an error.
  ReceiveFromOperation(Handle handle, std::span<std::byte> buffer)
      : Operation(OperationKind::receive_from), socket(handle), into(buffer) {}
};

/// One datagram to `peer`. Source: sendto(2).
struct SendToOperation : Operation {
  Handle socket;
  std::span<const std::byte> from;
  Endpoint peer;
  SendToOperation(Handle handle, std::span<const std::byte> bytes, const Endpoint& to)
      : Operation(OperationKind::send_to), socket(handle), from(bytes), peer(to) {}
};

/// Waits for the end of a child process. Result: its wait status (waitpid(2)); -ECHILD when it is none of ours.
struct WaitChildOperation : Operation {
  pid_t child;
  explicit WaitChildOperation(pid_t pid) : Operation(OperationKind::wait_child), child(pid) {}
};

/// Runs `work(argument)` on another thread. Result: what it returned. Once it runs it cannot be cancelled, only
/// awaited.
struct OffloadOperation : Operation {
  std::int32_t (*work)(void* argument) noexcept;
  void* argument;
  OffloadOperation(std::int32_t (*function)(void*) noexcept, void* data)
      : Operation(OperationKind::offload), work(function), argument(data) {}
};

}  // namespace atonce
