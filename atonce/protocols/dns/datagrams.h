#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "atonce/protocols/dns/message.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/requests.h"

namespace atonce {

class DatagramPort;

/// How long an answer is waited for, and how much of that the question counts as fresh.
struct Patience {
  Duration timeout{};
  Duration fresh{};
};

/// A question that went out and waits for its answer; registered from before it is sent until it goes.
class AwaitedAnswer : Leaf, Timer {
 public:
  /// Draws the id, and writes it into `query`, which must outlive this.
  AwaitedAnswer(DatagramPort& port, Query& query);
  ~AwaitedAnswer();
  AwaitedAnswer(const AwaitedAnswer&) = delete;

  class Wait {
   public:
    explicit Wait(AwaitedAnswer& awaited) : awaited_(awaited) {}
    bool await_ready() const noexcept { return awaited_.ended_; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return awaited_.suspend(handle, *handle.promise().scope);
    }
    Reply await_resume() { return std::move(awaited_.reply_); }

   private:
    AwaitedAnswer& awaited_;
  };
  /// Waits for the answer, as long as `patience` says. `place` is given back when the question is no longer fresh. A
  /// loop that was itself late gives the time back, once.
  Wait wait(Patience patience, std::optional<Permit>& place) {
    patience_ = patience;
    place_ = &place;
    return Wait(*this);
  }

 private:
  friend class DatagramPort;

  bool suspend(std::coroutine_handle<> handle, Scope& scope);
  void end(Reply reply);
  void time_out();

  DatagramPort& port_;
  Query& query_;
  Reply reply_;
  Patience patience_;
  std::optional<Permit>* place_ = nullptr;
  Instant armed_at_{};
  bool ended_ = false;
  bool extended_ = false;
  bool lied_to_ = false;  ///< Something with the right id asked another question.
};

/// One UDP socket that talks to one server, and who waits for an answer there.
class DatagramPort {
 public:
  DatagramPort(Io& io, Socket socket, ResolverCounters& counters);

  /// Takes what arrives to who waits for it, until the scope is cancelled or the socket fails.
  Task<void> receive_loop();

  const Socket& socket() const { return socket_; }
  std::size_t waiting() const { return waiting_; }
  bool broken() const { return broken_; }

 private:
  friend class AwaitedAnswer;

  std::uint16_t enter(AwaitedAnswer& awaited);
  void leave(const AwaitedAnswer& awaited);
  void grow();
  void deliver(std::span<const std::byte> message);
  void fail_all(ReplyKind kind, int error);

  Io& io_;
  Socket socket_;
  ResolverCounters& counters_;
  // Found by the low bits of the id, which is drawn again until its place is free; never more than half full.
  std::vector<AwaitedAnswer*> by_id_;
  std::size_t waiting_ = 0;
  bool broken_ = false;
  // A longer datagram than we said we take is cut, and so invalid.
  std::array<std::byte, 4'096> buffer_;
};

/// The sockets that talk to one server over UDP; opened as questions come. Several, so that neither the ids nor the
/// receive buffer of one (a few hundred answers) is the wall, and so that a forger has to guess the port too.
class DatagramPorts {
 public:
  DatagramPorts(Io& io, Scope& background, Endpoint server, ResolverCounters& counters);

  /// A socket to ask on. Errors, all this machine's: EMFILE, ENETUNREACH, ...
  Result<DatagramPort*> pick();

 private:
  static constexpr std::size_t ports_max = 16;
  // Half of what the receive buffer of a socket holds unless told otherwise, so that a late turn of ours loses no
  // answer.
  static constexpr std::size_t waiting_comfortable = 128;
  // More would leave too few free ids to draw from.
  static constexpr std::size_t waiting_max = 32'768;

  Result<DatagramPort*> open();

  Io& io_;
  Scope& background_;
  Endpoint server_;
  ResolverCounters& counters_;
  std::vector<std::unique_ptr<DatagramPort>> ports_;
  std::size_t turn_ = 0;
};

/// True when an error of a socket tells what the network said, and false when it is this machine's own.
bool network_said(int error);

}  // namespace atonce
