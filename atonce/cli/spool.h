#pragma once

#include <string>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// A copy of a list that can be read only once; the file goes with the object.
class Spool {
 public:
  Spool() = default;
  explicit Spool(std::string path) : path_(std::move(path)) {}
  Spool(Spool&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Spool& operator=(Spool&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~Spool();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A new file in TMPDIR, open for writing at `descriptor`.
Parsed<Spool> new_spool(int& descriptor);

/// Copies a list that can be read only once (standard input, a pipe) to a file in TMPDIR and makes `input` read that;
/// else does nothing.
Parsed<Spool> spool_if_pipe(InputOptions& input);

}  // namespace atonce
