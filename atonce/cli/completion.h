#pragma once

#include <string>
#include <string_view>

namespace atonce {

/// A completion script for "bash", "zsh" or "fish": commands, options, and the words and files their values can be.
/// Empty for another shell.
std::string write_completion(std::string_view shell);

}  // namespace atonce
