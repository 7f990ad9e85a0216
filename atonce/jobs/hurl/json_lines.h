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
/// the file. What cannot be run comes out, too, with a complaint, so that each line has its account: a batch with a
/// line that is no request, both neighbours of a line that cannot be read at all, a batch that comes again later, and
/// the pieces of one that is too large to be held.
class JsonLines {
 public:
  /// `lines_before`: of the file, in front of the first one that is added.
  explicit JsonLines(std::string source, const BatchLimits& limits = {}, std::uint64_t lines_before = 0);
  ~JsonLines();
  JsonLines(JsonLines&&) noexcept;
  JsonLines& operator=(JsonLines&&) noexcept;

  /// Reads one line, without its end. Gives the batch before, when this line begins another. Blank lines are passed
  /// over, and counted.
  /// `too_long`: it has more bytes than a line may have, and is not here.
  std::optional<Batch> add(std::string_view line, bool too_long = false);
  /// Call once behind the last line.
  std::optional<Batch> finish();
  std::uint64_t lines() const;  ///< of the file, so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce::hurl
