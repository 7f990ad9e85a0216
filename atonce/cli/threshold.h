#pragma once

#include <string_view>

#include "atonce/model/comparison.h"
#include "atonce/model/result.h"

namespace atonce {

/// "async/sequential >= 10": two names of strategies or peers, one of >= > <= <, and how many times as fast the first
/// is to be as the second. Spaces do not matter; "10x" is 10.
Parsed<Threshold> parse_threshold(std::string_view text);

}  // namespace atonce
