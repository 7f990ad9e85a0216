#pragma once

#include <string>
#include <string_view>

#include "atonce/model/exchange.h"

namespace atonce {

/// No exchange is written as more bytes; `bound` exchanges never come near.
inline constexpr std::size_t exchange_bytes_max = 160 << 10;

/// Appends all of `exchange` but its instants, within its caps: for a journal, whose format number this layout belongs
/// to, and for other processes of the same program. With `url_is_known` its URL is left out, and reads back empty.
void write_exchange(const Exchange& exchange, std::string& to, bool url_is_known = false);

/// Takes what the function above wrote off the front of `from`; false when it is something else. Keeps the room of
/// `exchange`, whose instants stay as they are.
bool read_exchange(std::string_view& from, Exchange& exchange);

}  // namespace atonce
