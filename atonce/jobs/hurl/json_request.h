#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/jobs/hurl/batch.h"

namespace atonce::hurl {

/// One line of JSON as a request.
struct JsonRequest {
  std::optional<std::string> name = std::nullopt;  ///< of the batch; empty: a batch of its own; none: not known
  Step step;
  std::string complaint;  ///< why the line is no request; empty when it is one
};

/// Reads lines one after the other, and keeps its buffers.
class JsonRequestReader {
 public:
  explicit JsonRequestReader(const BatchLimits& limits);
  ~JsonRequestReader();
  JsonRequest read(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce::hurl
