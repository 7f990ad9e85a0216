#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// A certificate, the certificates between it and its root, and its private key. A cheap copy; never changed.
class TlsCredentials {
 public:
  struct State;  ///< of this library's own

  /// `chain_pem`: the certificate first, then who issued it, and so on; the root may be left out.
  static Parsed<TlsCredentials> from_pem(std::string_view chain_pem, std::string_view key_pem);
  /// The same of files; with an empty `key_file` the key stands in `chain_file` too, as curl has it.
  static Parsed<TlsCredentials> from_files(const std::string& chain_file, const std::string& key_file);
  explicit TlsCredentials(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::string chain_pem() const;
  std::string key_pem() const;  ///< PKCS #8, not encrypted
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace atonce
