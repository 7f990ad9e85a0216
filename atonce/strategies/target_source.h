#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/model/target.h"

namespace atonce {

/// Where the workers of a run get their targets. Each target is given once, to whoever asks first; any number of
/// threads may ask.
class TargetSource {
 public:
  virtual ~TargetSource() = default;
  /// Fills `out` from its front with targets that nobody has; returns how many. None: the source has `ended`, or the
  /// next line has not arrived yet (a slow pipe): ask again later. 64 to 256 at a time make the lock cheap. What `out`
  /// held is overwritten, and its buffers are used again.
  virtual std::size_t claim(std::span<Target> out) = 0;
  /// There will never be another target.
  virtual bool ended() const = 0;
};

/// The list of a run, streamed: memory does not follow its length. What it tells about itself is true at any moment of
/// the run.
class TargetList : public TargetSource {
 public:
  /// Lines read so far, with blank ones, comments and the header.
  virtual std::uint64_t lines_read() const = 0;
  /// Lines that asked for something so far: what `-n` counts.
  virtual std::uint64_t target_lines() const = 0;
  virtual std::uint64_t targets_given() const = 0;
  /// Left out by `--unique`.
  virtual std::uint64_t duplicates_dropped() const = 0;
  /// All the targets there will be, where that is known beforehand: those of the command line.
  virtual std::optional<std::uint64_t> target_count() const = 0;
  /// The part of the list that was given, 0 to 1, also inside a large prefix; unknown for a pipe.
  virtual std::optional<double> fraction_consumed() const = 0;
  /// Why reading ended before the list did. The targets given until then stand; the run is not complete.
  virtual std::optional<Complaint> error() const = 0;
  /// Something the user should know once: `--unique` ran out of memory, and duplicates may pass.
  virtual std::optional<Complaint> warning() const = 0;
};

/// Opens the list, or takes the targets of the command line, before anything starts. Complains when the list cannot be
/// read: it is missing, a directory, not permitted, compressed. `unique_memory_max` bounds the memory of `--unique`, in
/// bytes.
Parsed<std::unique_ptr<TargetList>> open_targets(const InputOptions& input);
Parsed<std::unique_ptr<TargetList>> open_targets(const InputOptions& input, std::size_t unique_memory_max);

}  // namespace atonce
