#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "atonce/cli/invocation.h"
#include "atonce/cli/option_effects.h"
#include "atonce/model/result.h"

namespace atonce {

/// What the meaning of a command line depends on beside its words.
struct Surroundings {
  KnownNames names;
  bool input_is_terminal = true;
  /// 0 when `path` can be read as a list, else why not, as an errno (ENOENT, EACCES, EISDIR).
  std::function<int(const std::string& path)> why_unreadable;
};

/// The terminal and files of this process.
Surroundings surroundings_of_process(KnownNames names);

/// Turns the words of the command line into what is asked for; argv[0] is the program's own name. Nothing is opened or
/// started.
///
/// A complaint says what is wrong with which word, and the word that was probably meant; its exit code is 2.
Parsed<Invocation> parse_arguments(std::span<const char* const> argv, const Surroundings& surroundings);

/// The same for the words that a run was started with, from the command on, and the options that change it now.
Parsed<Invocation> parse_resumed(std::vector<std::string> words, const std::vector<std::string>& changes,
                                 Surroundings surroundings);

}  // namespace atonce
