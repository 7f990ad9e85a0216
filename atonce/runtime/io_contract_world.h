#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "atonce/runtime/io.h"

namespace atonce {

/// An engine under test and the addresses that it can reach: loopback for those that ask the kernel, a simulated host
/// for the one that does not.
class ContractWorld {
 public:
  virtual ~ContractWorld() = default;

  virtual Io& io() = 0;
  /// Where a test may listen or bind; the port is chosen.
  virtual Endpoint any_port() = 0;
  /// A port that answers with RST.
  virtual Endpoint refusing() = 0;
  /// A port that answers nothing.
  virtual Endpoint silent() = 0;
  /// A child process of ours that will end with this exit status, soon after it is told to.
  virtual pid_t start_child(int status) = 0;
  virtual void let_child_end() = 0;
  /// Time passes while the loop does not turn.
  virtual void stall(Duration duration) = 0;
  /// Sockets that the engine holds open.
  virtual std::size_t open_sockets() = 0;
};

/// One row of the table that the contract suite runs over.
struct ContractEngine {
  std::string name;
  bool simulated;
  /// A world in which the engine can hold `sockets_max` sockets more than it has at its start; empty: many.
  std::function<std::unique_ptr<ContractWorld>(std::optional<std::uint32_t> sockets_max)> make;
  /// Why this engine does not work on this machine; empty when it does.
  std::string (*missing)();
};

/// How a failed test names its engine.
std::ostream& operator<<(std::ostream& out, const ContractEngine& engine);

const std::vector<ContractEngine>& contract_engines();

}  // namespace atonce
