#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/batch.h"

namespace atonce::hurl {

/// Reads batches from lines of JSON, one request a line:
///
///     {"batch": "b1", "method": "POST", "url": "https://example.org/a", "headers": {"X-A": "1"}, "body": "text"}
///
/// `batch` is a string or an integer; without it the line is a batch of its own, named by its number. `method` is GET
/// unless there is a body (POST). `headers` is an object of strings or lists of strings. `body` is a string, sent as it
/// is, or any other JSON, sent as it is written, as application/json; `json` is the same for any value, a string too;
/// `form` is an object, sent as application/x-www-form-urlencoded; at most one of the three. `query` is an object of
/// further pairs behind the URL. `idempotency_key` is a string. `expect` is the status code that is asked for. Nothing
/// in a line is a template.
///
/// Lines of one batch stand together: a batch is known as soon as its id changes, so memory follows one batch and not
/// the file; a batch that comes again later is a complaint.
class JsonLines {
 public:
  explicit JsonLines(std::string source, const BatchLimits& limits = {});
  ~JsonLines();
  JsonLines(JsonLines&&) noexcept;
  JsonLines& operator=(JsonLines&&) noexcept;

  /// Reads one line, without its end. Gives the batch before, when this line begins another. A line that is no request
  /// is a finding (`findings`), and the batch it belongs to, as far as that can be known, is not given at all. Blank
  /// lines are passed over.
  std::optional<Batch> add(std::string_view line);
  /// Call once behind the last line.
  std::optional<Batch> finish();

  /// What was wrong, since the last call.
  std::vector<Finding> take_findings();
  std::uint64_t lines() const;    ///< read so far
  std::uint64_t batches() const;  ///< given so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce::hurl
