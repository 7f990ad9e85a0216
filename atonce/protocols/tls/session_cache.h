#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace atonce {

/// Sessions that later connections may resume: a handshake without certificates, at a fraction of the cost. Found by
/// host, port and `TlsContext`, so a session made under one configuration never serves under another. Those of TLS
/// 1.3 serve once (RFC 8446, C.4), those of TLS 1.2 until they expire. One for each loop; outlives its sessions.
class TlsSessionCache {
 public:
  /// A session holds the host's certificates: some 6 KB each. Beyond this the one longest unused goes.
  static constexpr std::size_t sessions_default = 4'096;
  /// As many as connections to one host may be opened at once before the first of them has brought tickets of its own;
  /// servers send one or two a connection, and it uses up one. More is hoarding.
  static constexpr std::size_t of_one_host_max = 128;

  explicit TlsSessionCache(std::size_t sessions_max = sessions_default);
  ~TlsSessionCache();
  TlsSessionCache(TlsSessionCache&&) noexcept;
  TlsSessionCache& operator=(TlsSessionCache&&) noexcept;

  std::size_t size() const;  ///< sessions of all hosts
  void clear();

  struct State;  ///< of this library's own
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace atonce
