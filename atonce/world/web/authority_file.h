#pragma once

#include <string>
#include <utility>

#include "atonce/model/result.h"

namespace atonce {

/// The certificate of an authority, in a file where clients can read it. A temporary one goes with this object.
class AuthorityFile {
 public:
  /// With an empty `path` the file is a temporary one.
  static Parsed<AuthorityFile> write(const std::string& path, const std::string& certificate_pem);
  AuthorityFile(AuthorityFile&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
  AuthorityFile& operator=(AuthorityFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(temporary_, other.temporary_);
    return *this;
  }
  ~AuthorityFile();

  const std::string& path() const { return path_; }

 private:
  AuthorityFile() = default;
  std::string path_;
  bool temporary_ = false;
};

}  // namespace atonce
