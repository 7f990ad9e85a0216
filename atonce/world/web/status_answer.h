#pragma once

#include "atonce/world/web/web_response.h"

namespace atonce {

/// An answer with this status code and what goes with it: a Location, a challenge.
WebResponse status_answer(std::uint16_t status);

}  // namespace atonce
