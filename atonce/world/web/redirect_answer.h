#pragma once

#include <string_view>

#include "atonce/world/web/web_response.h"

namespace atonce {

/// An answer that leads to `location`, with a short page for people.
WebResponse redirect_answer(std::string_view location, std::uint16_t status = 302);

}  // namespace atonce
