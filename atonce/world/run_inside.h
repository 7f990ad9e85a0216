#pragma once

#include <span>
#include <string_view>

#include "atonce/world/world_server.h"

namespace atonce {

/// Set in the environment of a program that runs in a world: the special-use addresses around it are the world's own.
inline constexpr std::string_view world_variable = "ATONCE_WORLD";

/// Lets this process and its children trust the authority of a world, and no other: sets what OpenSSL, curl, Python's
/// requests and Node read in the environment.
void trust_authority_of(const WorldServer& world);

/// Enters a private network where the system allows one and starts the world in it (on the machine's own loopback else;
/// the reason is written to standard error). `spec` is told which it was. To be called while the process has one
/// thread.
Parsed<WorldServer> enter_world(WorldSpec& spec);

/// Runs `command` (looked up in PATH) inside a world, with /etc/resolv.conf naming the world's resolver where a mount
/// namespace allows it, so that any program (nmap, Python, curl) can be tried against it. Ctrl-C is the command's.
/// Needs a private network: without one a foreign program would reach the real one. Returns the command's exit code;
/// 128 + N when signal N ended it; 127 when it cannot be run; 2 when the world cannot be.
int run_in_world(const WorldSpec& spec, std::span<char* const> command);

/// Serves a world on the machine's own loopback, where other programs can reach it, until SIGINT or SIGTERM; prints how
/// to use it to standard error. A world on TUN has a private network, so it tells to use run_in_world instead. Returns
/// 0, or 2 when the world cannot start.
int serve_world(const WorldSpec& spec);

}  // namespace atonce
