#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "atonce/model/verdict.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// The right to have one exchange under way with an address, whatever a dialer's owner keeps for it; given back when it
/// ends. Empty where nobody counts.
class [[nodiscard]] DialPlace {
 public:
  DialPlace() = default;
  /// Keeps `held` until the place ends; nothing is allocated for it.
  template <class Held>
  static DialPlace holding(Held held) {
    static_assert(sizeof(Held) <= bytes_max && alignof(Held) <= alignof(void*));
    static_assert(std::is_nothrow_move_constructible_v<Held>);
    DialPlace place;
    ::new (static_cast<void*>(place.bytes_)) Held(std::move(held));
    place.manage_ = manage<Held>;
    return place;
  }
  DialPlace(DialPlace&& other) noexcept { take(other); }
  DialPlace& operator=(DialPlace&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~DialPlace() { release(); }

  void release() {
    if (manage_ != nullptr) std::exchange(manage_, nullptr)(bytes_, nullptr);
  }
  explicit operator bool() const { return manage_ != nullptr; }

 private:
  static constexpr std::size_t bytes_max = 32;
  /// Moves what is at `from` to `to`, or ends it when `to` is null.
  using Manage = void (*)(std::byte* from, std::byte* to);

  template <class Held>
  static void manage(std::byte* from, std::byte* to) {
    Held& held = *std::launder(reinterpret_cast<Held*>(from));
    if (to != nullptr) ::new (static_cast<void*>(to)) Held(std::move(held));
    held.~Held();
  }
  void take(DialPlace& other) {
    manage_ = std::exchange(other.manage_, nullptr);
    if (manage_ != nullptr) manage_(other.bytes_, bytes_);
  }

  alignas(void*) std::byte bytes_[bytes_max];
  Manage manage_ = nullptr;
};

/// Whom to connect to, and how long it may take.
struct DialRequest {
  std::string host;   ///< a name, or an address literal
  IpAddress address;  ///< set when `host` is a literal
  std::uint16_t port = 0;
  bool to_proxy = false;    ///< The user named it himself, as a proxy: it may be anywhere.
  bool redirected = false;  ///< Somebody else named it: a literal has no more rights than a name.
  std::optional<Duration> resolve_timeout;
  Duration connect_timeout{};  ///< for one address
  Duration timeout{};          ///< for all of it; what was waited for a place does not count
};

/// What came of it.
struct Dialed {
  Verdict verdict = Verdict::unfinished;  ///< `open`: connected; else why not
  int error = 0;
  std::string detail;  ///< why, for a person; may be empty
  Socket socket;
  DialPlace place;
  IpAddress address;   ///< the one connected to, or tried last
  Instant resolved{};  ///< when an address was known; the epoch when none was
  Instant connected{};
  Duration queued{};       ///< waited for a place: ours, and no time of the target's
  std::uint16_t syns = 0;  ///< as in ConnectFacts, of a connect nobody answered
};

/// Makes connections for a client: resolves, asks whoever guards the user's wishes, waits for a place among those to
/// one address, connects. A job implements it over its resolver, its guard and its limits; `ResolvingDialer` is a plain
/// one. Outlives the client.
class Dialer {
 public:
  virtual ~Dialer() = default;

  /// Never throws for what the world does. A deadline or a cancellation of the scope ends it soon, `unfinished`.
  virtual Task<Dialed> dial(DialRequest request) = 0;

  /// Why a redirect must not be followed there, whatever connections stand: `excluded`, `special_use`. Names that lead
  /// to such addresses are `dial`'s to refuse.
  virtual std::optional<Verdict> objection_to(const DialRequest&) { return std::nullopt; }

  /// A place for an exchange over a connection that stands already, if there is one now. Nothing when it must be waited
  /// for.
  virtual std::optional<DialPlace> try_admit(const IpAddress&) { return DialPlace(); }
  /// Waits for one. Errors: ECANCELED.
  virtual Task<Result<DialPlace>> admit(IpAddress) { co_return DialPlace(); }
};

}  // namespace atonce
