#pragma once

#include <string>

#include "atonce/model/target.h"
#include "atonce/world/profile.h"

namespace atonce {

/// What a right answer says of `target` in this world, with the default options of a probe.
Verdict truth_of(const WorldSpec& spec, const Target& target);

/// The same of a fetch of `target.url`, and which status code a right answer has; the code is 0 where there is no
/// answer, or where chance decides.
struct FetchTruth {
  Verdict verdict = Verdict::invalid_input;
  std::uint16_t status = 0;        ///< of the first answer
  std::uint16_t status_final = 0;  ///< behind all redirects
};
FetchTruth fetch_truth_of(const WorldSpec& spec, const Target& target);

/// One row of the ground truth of URLs: `line`, `input`, `url`, `verdict`, `status_code` and, behind all redirects,
/// `final_status_code`; null where there is none.
std::string write_fetch_truth_row(const WorldSpec& spec, const Target& target);

/// One row of the ground truth: a line of JSON with `line`, `input`, `port` and the expected `verdict`, newline
/// included. The input may hold any bytes: what is not UTF-8 is written as U+FFFD.
std::string write_truth_row(const WorldSpec& spec, const Target& target);

}  // namespace atonce
