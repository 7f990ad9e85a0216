#pragma once

#include <cstdint>
#include <memory>

#include "atonce/model/overlap.h"
#include "atonce/model/result.h"

namespace atonce {

/// Something to compute, in pieces.
class Work {
 public:
  virtual ~Work() = default;
  /// Does about so many units more: samples, or bytes. False once nothing is left.
  virtual bool advance(std::uint64_t units) = 0;
  /// Units done until now.
  virtual std::uint64_t done() const = 0;
  /// Writes what it came to.
  virtual void tell(ComputedPart& part) const = 0;
};

/// The work of one of `parts` parts: of samples a share and a stream of its own, so that all parts together are the
/// same numbers whoever computes them; a file is one part. Complains of a file that cannot be read.
Parsed<std::unique_ptr<Work>> begin_work(const WorkSpec& spec, std::uint64_t seed, std::uint32_t part,
                                         std::uint32_t parts);

}  // namespace atonce
