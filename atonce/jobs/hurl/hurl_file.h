#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "atonce/jobs/hurl/batch.h"

namespace atonce::hurl {

/// Reads a Hurl file. Errors: what is wrong with it. Everything Hurl knows and atonce does not is named in one go, by
/// line and column; the first thing that is no Hurl at all ends the reading. `name` is both the batch's name and its
/// source. Source: hurl.dev, grammar of Hurl 7.
std::expected<Batch, std::vector<Finding>> parse_hurl(std::string_view text, std::string_view name,
                                                      const BatchLimits& limits = {});

/// Names of the files that a batch sends or compares with, as far as they have no expression in them: for a look before
/// anything is sent.
std::vector<std::pair<std::string, Place>> files_of(const Batch& batch);
/// Names of variables that no option, capture or caller can have set before they are used are found by `prepare`; these
/// are all that are used and never set by the batch itself.
std::vector<std::pair<std::string, Place>> free_variables(const Batch& batch);

}  // namespace atonce::hurl
