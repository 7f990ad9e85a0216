#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/outcome.h"

namespace atonce {

/// The status codes of a run of batches, in two bytes a request.
class StatusLists {
 public:
  // Ten megabytes of text: nobody reads more, and a program has the rows.
  static constexpr std::uint64_t requests_max = 1'000'000;

  /// In any order.
  void add(const Outcome& outcome);

  /// A list for each batch in which a request has ended, in the order of the batches, as Python writes it: "[[200,
  /// 200], [200, None]]", with None where no answer came. A sentence where there are too many. With its line end.
  std::string write() const;

 private:
  std::vector<std::uint16_t> codes_;  ///< by index, each with what it is known of
  std::uint64_t requests_ = 0;        ///< counted, where they are too many to be listed
};

}  // namespace atonce
