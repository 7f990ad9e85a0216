#pragma once

#include <cerrno>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "atonce/protocols/client/client_settings.h"
#include "atonce/protocols/client/connection.h"
#include "atonce/runtime/scope.h"

namespace atonce {

/// A right to a connection: one that stands, a stream of a shared one, or to make one.
struct Lease {
  std::unique_ptr<Connection> connection;
  SharedConnection* shared = nullptr;
  bool may_dial = false;   ///< to be ended by `Pool::close`, `end_dial` or `end_shared`
  bool finds_out = false;  ///< others wait to see whether it can be shared
};

/// Those who may share connections, because scheme, host, port, TLS settings and proxy are the same. Lives while
/// somebody uses it or connections to it are open.
struct Origin {
  enum class Speaks : std::uint8_t { unknown, http1, http2 };

  std::string_view key;
  Leaf line;                                      ///< who waits: first come, first served
  std::vector<std::unique_ptr<Connection>> idle;  ///< last in, first out
  std::vector<SharedConnection*> shared;
  std::uint32_t users = 0;
  std::uint32_t connections = 0;  ///< open, idle or being made
  Speaks speaks = Speaks::unknown;
  bool finding_out = false;  ///< One is being made, and whether it can be shared decides about the others.
  bool starving = false;     ///< its line waits because of the bound on all connections

  bool has_line() const { return line.next != &line; }
};

/// The connections of a client, and who waits for one. Idle ones serve again last in, first out; the one idle for
/// longest is the first to be closed, when its time is over or when there are too many.
class Pool : Timer {
 public:
  Pool(Io& io, const ClientSettings& settings);
  ~Pool();
  Pool(const Pool&) = delete;

  /// The origin with this key, to be left again. `speaks`: as far as it is known beforehand.
  Origin& enter(std::string_view key, Origin::Speaks speaks);
  void leave(Origin& origin);

  /// A lease, if there is one without waiting. `fresh`: for a connection that has not served yet.
  std::optional<Lease> try_lease(Origin& origin, bool fresh);

  /// Waits in line for a lease. Errors: ECANCELED.
  class Wait : Leaf {
   public:
    Wait(Pool& pool, Origin& origin, bool fresh) : pool_(pool), origin_(origin), fresh_(fresh) {}
    Wait(const Wait& other) : Leaf(), pool_(other.pool_), origin_(other.origin_), fresh_(other.fresh_) {}

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      Scope& scope = *handle.promise().scope;
      if (scope.cancelled()) return false;
      if (!origin_.has_line()) lease_ = pool_.try_lease(origin_, fresh_);
      if (lease_) return false;
      waiter = handle;
      cancel = [](Leaf& leaf) { static_cast<Wait&>(leaf).end(); };
      scope.add(*this);
      place_.wait = this;
      place_.link(origin_.line);
      return true;
    }
    Result<Lease> await_resume() {
      if (!lease_) return std::unexpected(Error{ECANCELED});
      return std::move(*lease_);
    }

   private:
    friend class Pool;
    struct Place : Leaf {
      Wait* wait = nullptr;
    };
    void end() {
      unlink();
      place_.unlink();
      pool_.io_.schedule(waiter);
    }

    Pool& pool_;
    Origin& origin_;
    Place place_;
    std::optional<Lease> lease_;
    bool fresh_;
  };
  Wait lease(Origin& origin, bool fresh) { return {*this, origin, fresh}; }

  /// An exchange ended well: the connection may serve again.
  void give_back(std::unique_ptr<Connection> connection);
  /// It may not.
  void close(std::unique_ptr<Connection> connection);
  /// A dial came to nothing.
  void end_dial(Origin& origin, bool found_out);
  /// It came to a connection for one exchange at a time.
  void became_single(Origin& origin);
  /// It came to one that is shared, and counts until `end_shared`.
  void became_shared(Origin& origin, SharedConnection& connection);
  void end_shared(Origin& origin, SharedConnection& connection);
  /// A shared connection takes no more streams, though it is still open.
  void retire_shared(Origin& origin, SharedConnection& connection);
  /// Somebody in line may find room now: a stream has ended.
  void serve(Origin& origin);

  /// Closes the connection idle for longest, for the descriptor it holds; false when none is idle.
  bool make_room();
  void close_idle();

  Buffer take_buffer();
  void return_buffer(Buffer buffer);

  Io& io() const { return io_; }
  std::uint32_t open() const { return open_; }
  std::uint32_t idle() const { return idle_; }

 private:
  // Of receive buffers that nobody needs now: a burst's worth.
  static constexpr std::size_t buffers_max = 256;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  bool may_open(Origin& origin, bool fresh);
  std::unique_ptr<Connection> take_idle(Origin& origin, std::size_t index);
  void link_idle(Connection& connection);
  void unlink_idle(Connection& connection);
  void drop(Origin& origin, std::size_t index);
  void closed_one(Origin& origin);
  void erase_if_unused(Origin& origin);
  void serve_starving();
  void expire();

  Io& io_;
  const ClientSettings& settings_;
  std::unordered_map<std::string, Origin, TextHash, std::equal_to<>> origins_;
  std::deque<Origin*> starving_;
  std::vector<Buffer> buffers_;
  Connection* oldest_ = nullptr;
  Connection* newest_ = nullptr;
  std::uint32_t open_ = 0;
  std::uint32_t idle_ = 0;
};

}  // namespace atonce
