#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "atonce/model/address.h"

namespace atonce {

/// One thing to do a job to, as it came from a line of the list. A line may give several (ports, ranges); each has its
/// own verdict.
struct Target {
  std::uint64_t index = 0;  ///< Position among all targets of the run, from 0: the unit of the account.
  std::uint64_t line = 0;   ///< Line of the input, from 1.
  std::string input;        ///< The target's cell as it stood there, but for passwords in URLs; cut at 1 KiB.
  std::string host;   ///< What is tried: lower-case ASCII name without a trailing dot, or an address literal; of a file
                      ///< its path below the folder; empty when invalid.
  IpAddress address;  ///< Set when `host` is a literal.
  std::uint16_t port = 0;
  std::string url;        ///< What is fetched: absolute, normalized, without userinfo and fragment; empty for a probe.
  std::string userinfo;   ///< "user:password" of the URL: for the request alone, never for a row, a journal or a log.
  std::string complaint;  ///< Why the line is not a target; empty when it is one.
  std::vector<std::pair<std::string, std::string>>
      columns;              ///< Further columns of the input, by header (or "column3").
  std::string source;       ///< For the job alone: where a batch stands (BatchSource), what a file holds (FileSource).
  std::uint64_t bytes = 0;  ///< Of a file: how long it is.
  std::shared_ptr<const void> content;  ///< Of a batch: what the list has read of it, for a job in the same process.
  std::uint64_t batch = 0;     ///< Of requests that have an order among them: which batch of the run, from 1; else 0.
  std::uint32_t step = 0;      ///< Its place in the batch, from 0.
  bool after_failure = false;  ///< An earlier session of the run saw a request of its batch fail.
  std::uint32_t members = 1;   ///< Itself and those of its batch behind it: each has its own index, verdict and row.

  bool valid() const { return complaint.empty(); }
};

/// A path below a folder, to be written.
inline bool is_file(const Target& target) { return !target.host.empty() && target.port == 0 && target.url.empty(); }

/// The request behind `target` in its batch; only where it has `members` to come.
inline Target next_member(Target target) {
  ++target.index;
  ++target.step;
  --target.members;
  return target;
}

}  // namespace atonce
