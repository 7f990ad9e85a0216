#pragma once

#include <tuple>
#include <utility>

#include "atonce/runtime/scope.h"

namespace atonce {

/// A connected or listening socket; closes with its owner and is not inherited by child processes.
class Socket {
 public:
  Socket() = default;
  Socket(Io& io, Handle handle) : io_(&io), handle_(handle) {}
  Socket(Socket&& other) noexcept : io_(other.io_), handle_(std::exchange(other.handle_, {})) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(io_, other.io_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Socket() { close(); }

  void close() {
    if (handle_) io_->close(std::exchange(handle_, {}));
  }
  /// See Io::reset; `family` is that of the peer.
  void reset(Family family) {
    if (handle_) io_->reset(std::exchange(handle_, {}), family);
  }
  /// See Io::break_off.
  void break_off() {
    if (handle_) io_->break_off(std::exchange(handle_, {}));
  }
  Handle handle() const { return handle_; }
  explicit operator bool() const { return static_cast<bool>(handle_); }

 private:
  Io* io_ = nullptr;
  Handle handle_;
};

/// Where a coroutine waits for an operation. In a cancelled scope nothing is started.
template <class Op>
struct OperationAwaiter {
  Op operation;

  template <class... Args>
  explicit OperationAwaiter(Io& io, Args&&... args) : operation(std::forward<Args>(args)...) {
    operation.io = &io;
  }

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    Scope& scope = *handle.promise().scope;
    if (scope.cancelled()) [[unlikely]] {
      operation.result = -ECANCELED;
      return false;
    }
    operation.waiter = handle;
    operation.cancel = [](Leaf& leaf) {
      auto& asked = static_cast<Operation&>(leaf);
      asked.io->cancel(asked);
    };
    Io& io = *operation.io;
    if (!io.start(operation)) {
      scope.add(operation);
      return true;
    }
    if (io.spend_budget()) return false;
    io.give_way(handle);
    return true;
  }

  auto await_resume() { return finish(*operation.io, operation); }
};

inline Result<Socket> handle_result(Io& io, std::int32_t result) {
  if (result < 0) return std::unexpected(Error{-result});
  return Socket(io, Handle{result});
}
inline Result<std::size_t> count_result(std::int32_t result) {
  if (result < 0) return std::unexpected(Error{-result});
  return static_cast<std::size_t>(result);
}
inline Result<Socket> finish(Io& io, ConnectOperation& operation) {
  if (operation.facts != nullptr) operation.facts->syns = operation.syns;
  if (operation.result < 0) return std::unexpected(Error{-operation.result, !operation.started});
  return Socket(io, Handle{operation.result});
}
inline Result<Socket> finish(Io& io, AcceptOperation& operation) { return handle_result(io, operation.result); }
inline Result<std::size_t> finish(Io&, ReceiveOperation& operation) { return count_result(operation.result); }
inline Result<std::size_t> finish(Io&, SendOperation& operation) { return count_result(operation.result); }
inline Result<std::size_t> finish(Io&, SendToOperation& operation) { return count_result(operation.result); }
inline Result<std::pair<std::size_t, Endpoint>> finish(Io&, ReceiveFromOperation& operation) {
  if (operation.result < 0) return std::unexpected(Error{-operation.result});
  return std::pair{static_cast<std::size_t>(operation.result), operation.peer};
}
inline Result<int> finish(Io&, WaitChildOperation& operation) {
  if (operation.result < 0) return std::unexpected(Error{-operation.result});
  return operation.result;
}
inline Result<std::int32_t> finish(Io&, OffloadOperation& operation) {
  if (operation.result == -ECANCELED) return std::unexpected(Error{ECANCELED});
  return operation.result;
}

/// What is to be asked, until it is awaited: copies like a value, so that it can be handed to `within` and the like.
template <class Op, class... Args>
struct Request {
  Io& io;
  std::tuple<Args...> args;

  OperationAwaiter<Op> operator co_await() const {
    return std::apply([this](const Args&... each) { return OperationAwaiter<Op>(io, each...); }, args);
  }
};

/// Opens a TCP connection to `to`.
///
/// Errors: ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT, EADDRNOTAVAIL (no local port left), EMFILE, ECANCELED; others as the
/// system's. Where `facts` is given it is filled in when the connect ends, and must live until then. Source:
/// connect(2), io_uring_prep_connect(3), RFC 9293 3.5.
inline Request<ConnectOperation, Endpoint, ConnectFacts*> connect(Io& io, const Endpoint& to,
                                                                  ConnectFacts* facts = nullptr) {
  return {io, {to, facts}};
}

/// Takes the next connection of a listener. Errors: EMFILE, ECANCELED, ... Source: accept4(2).
inline Request<AcceptOperation, Handle> accept(Io& io, const Socket& listener) { return {io, {listener.handle()}}; }

/// Some bytes, or one datagram; 0 at the end of the stream. Errors: ECONNRESET, ECONNREFUSED, ECANCELED, ... Source:
/// recv(2).
inline Request<ReceiveOperation, Handle, std::span<std::byte>> receive(Io& io, const Socket& from,
                                                                       std::span<std::byte> into) {
  return {io, {from.handle(), into}};
}

/// The same, but never waits. Errors: EAGAIN when nothing is there; else as `receive`.
inline Request<ReceiveOperation, Handle, std::span<std::byte>, WhenEmpty> receive_now(Io& io, const Socket& from,
                                                                                      std::span<std::byte> into) {
  return {io, {from.handle(), into, WhenEmpty::tell}};
}

/// Sends some of the bytes and tells how many. Errors: EPIPE, ECONNRESET, ECANCELED, ... Source: send(2).
inline Request<SendOperation, Handle, std::span<const std::byte>> send(Io& io, const Socket& to,
                                                                       std::span<const std::byte> bytes) {
  return {io, {to.handle(), bytes}};
}

inline Request<ReceiveFromOperation, Handle, std::span<std::byte>> receive_from(Io& io, const Socket& from,
                                                                                std::span<std::byte> into) {
  return {io, {from.handle(), into}};
}

inline Request<SendToOperation, Handle, std::span<const std::byte>, Endpoint> send_to(Io& io, const Socket& from,
                                                                                      std::span<const std::byte> bytes,
                                                                                      const Endpoint& to) {
  return {io, {from.handle(), bytes, to}};
}

/// Waits for the end of a child process of ours; gives its wait status. Source: pidfd_open(2), waitpid(2).
inline Request<WaitChildOperation, pid_t> wait_child(Io& io, pid_t child) { return {io, {child}}; }

/// Sends all of the bytes.
Task<Result<void>> send_all(Io& io, const Socket& to, std::span<const std::byte> bytes);

/// Fills the whole buffer. Errors: ENODATA when the stream ends before; others as `receive`.
Task<Result<void>> receive_exactly(Io& io, const Socket& from, std::span<std::byte> into);

/// A listening socket. Errors: EADDRINUSE, EACCES, EMFILE.
inline Result<Socket> listen(Io& io, const Endpoint& at, int backlog = 4'096) {
  const Result<Handle> handle = io.listen(at, backlog);
  if (!handle) return std::unexpected(handle.error());
  return Socket(io, *handle);
}

/// A UDP socket that only talks to `peer`.
inline Result<Socket> open_datagram(Io& io, const Endpoint& peer) {
  const Result<Handle> handle = io.open_datagram(peer);
  if (!handle) return std::unexpected(handle.error());
  return Socket(io, *handle);
}

/// A UDP socket bound to `at`.
inline Result<Socket> bind_datagram(Io& io, const Endpoint& at) {
  const Result<Handle> handle = io.bind_datagram(at);
  if (!handle) return std::unexpected(handle.error());
  return Socket(io, *handle);
}

}  // namespace atonce
