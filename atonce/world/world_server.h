#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/world/profile.h"
#include "atonce/world/tun_counters.h"
#include "atonce/world/web/authority_file.h"

namespace atonce {

/// A simulated internet that runs: one child process, which ends with this object or with the process that started it,
/// however that ends.
///
/// Everything is bound before the child is forked, so the world answers from the moment `start` returns.
class WorldServer {
 public:
  /// Starts the world in the network namespace of the caller. `spec.private_network` must say what
  /// enter_private_network() said. To be called while the process has one thread.
  static Parsed<WorldServer> start(const WorldSpec& spec);
  WorldServer(WorldServer&& other) noexcept;
  WorldServer& operator=(WorldServer&& other) noexcept;
  ~WorldServer();

  /// The world as it is served: its ports are those where open hosts really listen, so the truth of a run follows from
  /// this one.
  const WorldSpec& spec() const { return spec_; }
  /// Where its resolver listens, over UDP and TCP.
  Endpoint resolver() const { return resolver_; }
  /// The port that stands for `asked`: another one only where the machine's own loopback is used and `asked` may not be
  /// bound.
  std::uint16_t port(std::uint16_t asked) const;
  bool private_network() const { return spec_.private_network; }
  /// "world calm, seed 1, on loopback in a private network; resolver 127.0.0.53:53"
  std::string description() const;
  /// Its process, for those who measure what the world itself costs.
  pid_t process() const { return child_; }
  /// False when the process has ended by itself or was killed: then silence and refusal mean nothing.
  bool serves() const;
  /// The file with the authority that a program has to trust in this world; empty where the web is off.
  std::string authority_file() const { return authority_file_ ? authority_file_->path() : std::string(); }
  /// What the TUN ground has seen until now; zeros on loopback.
  TunCounts counts() const { return counters_.read(); }

 private:
  explicit WorldServer(const WorldSpec& spec) : spec_(spec) {}

  WorldSpec spec_;
  Endpoint resolver_;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> ports_;
  TunCounters counters_;
  std::optional<AuthorityFile> authority_file_;
  pid_t child_ = -1;
};

}  // namespace atonce
