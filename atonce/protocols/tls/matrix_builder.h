#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/certificate_matrix.h"

namespace atonce {

/// What is wrong or right with what a host shows, beside its own certificate.
enum class Chain : std::uint8_t {
  self_signed,
  self_signed_trusted,
  unknown_root,
  unknown_root_shown,
  same_name_root,
  root_shown,
  missing_intermediate,
  intermediate_trusted,
  wrong_order,
  strangers_shown,
};

/// "n1.example.test" to "n<count>.example.test", then `last`.
std::vector<std::string> numbered_names(int count, std::string last);

/// Collects cases below one trusted root; the first that cannot be made is complained about at the end.
class MatrixBuilder {
 public:
  static Parsed<MatrixBuilder> make();

  /// Issued by an authority below the trusted root.
  void add(std::string name, std::string meaning, std::string host, CertificateOptions leaf, TlsFault expected);
  /// Issued by an authority of its own below the trusted root.
  void add_below(std::string name, std::string meaning, CertificateOptions authority, CertificateOptions leaf,
                 TlsFault expected);
  /// Issued by a trusted root of its own.
  void add_root(std::string name, std::string meaning, CertificateOptions root, CertificateOptions leaf,
                TlsFault expected);
  /// Issued by the last of `depth` authorities, the first of which has that path length.
  void add_deep(std::string name, std::string meaning, std::optional<int> path_length, int depth, TlsFault expected);
  void add_chain(std::string name, std::string meaning, Chain chain, TlsFault expected);

  Parsed<std::vector<CertificateCase>> take();

 private:
  struct Shown {
    TlsCredentials credentials;
    std::string trusted_pem;
  };

  MatrixBuilder(Authority root, Authority between) : root_(std::move(root)), between_(std::move(between)) {}

  void keep(std::string name, std::string meaning, std::string host, Parsed<TlsCredentials> credentials,
            std::string trusted_pem, TlsFault expected);
  Parsed<Shown> show(Chain chain) const;
  Parsed<Shown> show_of_other_root(Chain chain) const;
  Parsed<Shown> show_changed_chain(Chain chain) const;

  Authority root_;
  Authority between_;
  std::vector<CertificateCase> cases_;
  std::optional<Complaint> complaint_;
};

}  // namespace atonce
