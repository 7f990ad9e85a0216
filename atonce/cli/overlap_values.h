#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// "localhost:8197", "192.0.2.1", "[2001:db8::1]:9000" as a host and a port, 8197 when none is given.
Parsed<std::pair<std::string, std::uint16_t>> parse_host_port(std::string_view text);

/// "uniform", "uniform:120000000", "normal:1_000_000", "sha256:FILE".
Parsed<WorkSpec> parse_work(std::string_view text);

}  // namespace atonce
