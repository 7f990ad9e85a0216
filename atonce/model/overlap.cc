#include "atonce/model/overlap.h"

namespace atonce {

std::string_view name_of(AskEnd end) {
  constexpr std::array<std::string_view, 8> names{"unfinished", "answered",  "no_server", "timeout",
                                                  "broken",     "no_number", "shortage",  "worker_died"};
  return names[static_cast<std::size_t>(end)];
}

std::string_view name_of(WorkKind kind) {
  constexpr std::array<std::string_view, 3> names{"uniform", "normal", "sha256"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace atonce
