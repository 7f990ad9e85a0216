#include "atonce/world/web/authority_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "atonce/runtime/owned_descriptor.h"

namespace atonce {
namespace {

OwnedDescriptor make_temporary(std::string& path) {
  const char* const folder = ::getenv("TMPDIR");
  path = fmt::format("{}/atonce-authority-XXXXXX.pem", folder != nullptr && *folder != '\0' ? folder : "/tmp");
  constexpr int suffix = 4;
  OwnedDescriptor file(::mkostemps(path.data(), suffix, O_CLOEXEC));
  if (file) ::fchmod(file.get(), 0644);
  return file;
}

}  // namespace

Parsed<AuthorityFile> AuthorityFile::write(const std::string& path, const std::string& certificate_pem) {
  AuthorityFile kept;
  kept.path_ = path;
  const OwnedDescriptor file =
      path.empty() ? make_temporary(kept.path_)
                   : OwnedDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  kept.temporary_ = path.empty() && file;
  const auto size = static_cast<ssize_t>(certificate_pem.size());
  if (!file || ::write(file.get(), certificate_pem.data(), certificate_pem.size()) != size)
    return complain_of(errno, fmt::format("the authority's certificate cannot be written to {}: {}", kept.path_,
                                          std::strerror(errno)));
  return kept;
}

AuthorityFile::~AuthorityFile() {
  if (temporary_) ::unlink(path_.c_str());
}

}  // namespace atonce
