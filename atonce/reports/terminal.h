#pragma once

#include <cstddef>

namespace atonce {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// True when `descriptor` is a terminal that understands cursor movement: TERM is set and not "dumb".
bool is_live_terminal(int descriptor);
/// True when colour is welcome: a live terminal, and NO_COLOR is unset or empty (no-color.org).
bool wants_colour(int descriptor);
/// As the terminal says now, so it follows a resize; 80 by 24 when it does not say. Source: ioctl_tty(2).
TerminalSize size_of_terminal(int descriptor);

}  // namespace atonce
