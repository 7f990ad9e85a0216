#pragma once

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "atonce/model/result.h"

namespace atonce {

/// An open list and what fstat(2) says of it; closes its descriptor unless that is standard input.
struct ListFile {
  int descriptor = -1;
  bool regular = false;
  std::uint64_t bytes = 0;  ///< from where it stands to its end
  std::string shown;        ///< its name, for a person

  ListFile() = default;
  ListFile(const ListFile&) = delete;
  ListFile& operator=(const ListFile&) = delete;
  ~ListFile() {
    if (descriptor > STDIN_FILENO) close(descriptor);
  }
};

/// Opens the list at `path` for reading; "-" is standard input. Complains, with what to do, when it is missing, not
/// permitted, a directory, or compressed (which would give millions of lines that are no targets).
Parsed<std::unique_ptr<ListFile>> open_list_file(const std::string& path);

}  // namespace atonce
