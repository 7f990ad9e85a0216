#pragma once

#include <span>
#include <string_view>

#include "atonce/cli/invocation.h"
#include "atonce/model/result.h"

namespace atonce {

/// "curl=xargs -n1 curl -s": a name of up to 16 letters, digits and . : _ - and a command for the shell. A strategy's
/// name is no name for a peer.
Parsed<PeerChoice> parse_peer(std::string_view text, std::span<const std::string_view> strategies);

}  // namespace atonce
