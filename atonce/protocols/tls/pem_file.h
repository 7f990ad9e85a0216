#pragma once

#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// The text of a PEM file, at most 64 MB; `what` names it in the complaint: "certificate".
Parsed<std::string> read_pem_file(const std::string& path, std::string_view what);

}  // namespace atonce
