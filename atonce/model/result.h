#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace atonce {

/// Why an operation of the outside world did not do what was asked. `code` is an errno of errno(3).
///
/// Two codes have one meaning everywhere: ECANCELED, the scope was cancelled; ETIMEDOUT, a deadline passed (or the
/// kernel gave up).
struct Error {
  int code = 0;
  bool local = false;  ///< The call itself was refused on this machine; nothing went out. Only known for connects.

  friend bool operator==(Error, Error) = default;
};

/// What the world does is a value: a refused connection is data, never an exception.
template <class T>
using Result = std::expected<T, Error>;

/// Something a person asked for that cannot be: what happened, to what, and what to do about it, as one sentence or
/// two.
struct Complaint {
  std::string text;
  bool local_limit = false;  ///< This machine is in the way, as a full disk: the same may well be asked again later.
};

template <class T>
using Parsed = std::expected<T, Complaint>;

inline std::unexpected<Complaint> complain(std::string text) { return std::unexpected(Complaint{std::move(text)}); }
/// The same of what failed with `error`, an errno: it may be a limit of this machine.
std::unexpected<Complaint> complain_of(int error, std::string text);

}  // namespace atonce
