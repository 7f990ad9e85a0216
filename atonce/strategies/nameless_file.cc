#include "atonce/strategies/nameless_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace atonce {

std::string temporary_folder() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

Result<OwnedDescriptor> make_nameless_file() {
  const std::string folder = temporary_folder();
  OwnedDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  // Some file systems have no files without a name: one is made and its name taken away.
  std::string path = folder + "/atonce-XXXXXX";
  file = OwnedDescriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) return std::unexpected(Error{errno});
  ::unlink(path.c_str());
  return file;
}

}  // namespace atonce
