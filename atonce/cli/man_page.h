#pragma once

#include <string>

namespace atonce {

/// The manual page atonce(1) as roff: commands, options, verdicts, exit codes and examples, from the tables that the
/// program runs by. Source: man-pages(7), groff_man(7).
std::string write_man_page();

}  // namespace atonce
