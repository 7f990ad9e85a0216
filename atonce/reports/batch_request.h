#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "atonce/model/outcome.h"

namespace atonce {

/// A request of a batch as a report of test results tells it.
struct BatchRequest {
  std::uint64_t index = 0;        ///< among all requests of the run
  std::uint64_t batch = 0;        ///< from 1
  std::uint32_t step = 0;         ///< from 0
  std::uint16_t status_code = 0;  ///< 0: no answer came
  Verdict verdict = Verdict::unfinished;
  Duration took{};
  std::optional<Duration> batch_took;  ///< told with the last request of a batch
  std::string batch_name;
  std::string request;  ///< "POST https://example.org/"; empty where none could be made
  std::string why;      ///< it is not ok; text of unknown origin, as the two before it

  /// Memory it takes.
  std::size_t bytes() const { return sizeof *this + batch_name.capacity() + request.capacity() + why.capacity(); }
};
BatchRequest batch_request_of(const Outcome& outcome);

/// What a test came to, in the words of test reports.
enum class TestEnd : std::uint8_t {
  passed,
  failed,   ///< an answer came, and was not what was asked for
  broken,   ///< no answer came, or the request could not be made: an "error"
  skipped,  ///< nothing was sent
};
TestEnd test_end_of(Verdict verdict);

}  // namespace atonce
