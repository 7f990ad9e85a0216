#pragma once

#include <span>

#include "atonce/cli/invocation.h"

namespace atonce {

/// Overwrites the secrets among the words of this process with '*', as curl does, so that ps(1) shows them to nobody
/// from here on: users and passwords, cookies, fields that are secret by their name, and userinfo of URLs. Source:
/// proc_pid_cmdline(5).
void hide_arguments(std::span<char* const> argv, const Invocation& invocation);

}  // namespace atonce
