#include "atonce/protocols/tls/certificate_extensions.h"

#include <initializer_list>
#include <string_view>

namespace atonce {
namespace {

using BasicPtr = std::unique_ptr<BASIC_CONSTRAINTS, ReleasedBy<&BASIC_CONSTRAINTS_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, ReleasedBy<&ASN1_BIT_STRING_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, ReleasedBy<&ASN1_OCTET_STRING_free>>;
using UsesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, ReleasedBy<&EXTENDED_KEY_USAGE_free>>;
using KeyIdPtr = std::unique_ptr<AUTHORITY_KEYID, ReleasedBy<&AUTHORITY_KEYID_free>>;
using ConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, ReleasedBy<&NAME_CONSTRAINTS_free>>;
using SubtreePtr = std::unique_ptr<GENERAL_SUBTREE, ReleasedBy<&GENERAL_SUBTREE_free>>;
using NamePtr = std::unique_ptr<GENERAL_NAME, ReleasedBy<&GENERAL_NAME_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, ReleasedBy<&X509_EXTENSION_free>>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, ReleasedBy<&ASN1_OBJECT_free>>;

bool add(X509* certificate, int nid, void* value, bool critical = false) {
  return X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1;
}

bool add_basic_constraints(X509* certificate, const CertificateOptions& options) {
  if (!options.basic_constraints) return true;
  const BasicPtr basic(BASIC_CONSTRAINTS_new());
  basic->ca = options.is_authority ? 1 : 0;
  if (options.path_length) {
    basic->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set_int64(basic->pathlen, *options.path_length);
  }
  return add(certificate, NID_basic_constraints, basic.get(), true);
}

bool add_key_usage(X509* certificate, const CertificateOptions& options) {
  if (!options.key_usage) return true;
  constexpr int digital_signature = 0;  // Bits of RFC 5280 4.2.1.3.
  constexpr int key_encipherment = 2;
  constexpr int key_cert_sign = 5;
  constexpr int crl_sign = 6;
  const BitsPtr bits(ASN1_BIT_STRING_new());
  if (options.is_authority) {
    ASN1_BIT_STRING_set_bit(bits.get(), key_cert_sign, options.may_sign ? 1 : 0);
    ASN1_BIT_STRING_set_bit(bits.get(), crl_sign, 1);
  } else {
    ASN1_BIT_STRING_set_bit(bits.get(), digital_signature, 1);
    const bool is_rsa = EVP_PKEY_is_a(X509_get0_pubkey(certificate), "RSA") == 1;
    ASN1_BIT_STRING_set_bit(bits.get(), key_encipherment, is_rsa ? 1 : 0);
  }
  return add(certificate, NID_key_usage, bits.get(), true);
}

int nid_of(CertificateUse use) {
  switch (use) {
    case CertificateUse::server: return NID_server_auth;
    case CertificateUse::client: return NID_client_auth;
    case CertificateUse::code_signing: return NID_code_sign;
    case CertificateUse::any: return NID_undef;
  }
  return NID_undef;
}

bool add_use(X509* certificate, const CertificateOptions& options) {
  const int nid = nid_of(options.use);
  if (nid == NID_undef || options.is_authority) return true;
  const UsesPtr uses(EXTENDED_KEY_USAGE_new());
  return sk_ASN1_OBJECT_push(uses.get(), OBJ_nid2obj(nid)) > 0 && add(certificate, NID_ext_key_usage, uses.get());
}

NamePtr name_of(int type, std::string_view bytes) {
  NamePtr name(GENERAL_NAME_new());
  ASN1_STRING* const text = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
  ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
  GENERAL_NAME_set0_value(name.get(), type, text);
  return name;
}

bool push(GENERAL_NAMES* names, NamePtr name) {
  if (sk_GENERAL_NAME_push(names, name.get()) <= 0) return false;
  static_cast<void>(name.release());
  return true;
}

std::string_view bytes_of(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.family == Family::v4 ? 4U : 16U};
}

bool add_alternative_names(X509* certificate, const CertificateOptions& options) {
  if (options.names.empty() && options.addresses.empty() && options.emails.empty()) return true;
  const GeneralNamesPtr names(sk_GENERAL_NAME_new_null());
  bool pushed = true;
  for (const std::string& name : options.names) pushed = pushed && push(names.get(), name_of(GEN_DNS, name));
  for (const IpAddress& address : options.addresses)
    pushed = pushed && push(names.get(), name_of(GEN_IPADD, bytes_of(address)));
  for (const std::string& email : options.emails) pushed = pushed && push(names.get(), name_of(GEN_EMAIL, email));
  const bool critical = options.common_name.empty();  // RFC 5280 4.2.1.6: then it is all there is.
  return pushed && add(certificate, NID_subject_alt_name, names.get(), critical);
}

bool add_name_constraints(X509* certificate, const CertificateOptions& options) {
  if (options.permitted_names.empty()) return true;
  const ConstraintsPtr constraints(NAME_CONSTRAINTS_new());
  constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  for (const std::string& name : options.permitted_names) {
    SubtreePtr subtree(GENERAL_SUBTREE_new());
    GENERAL_NAME_free(subtree->base);
    subtree->base = name_of(GEN_DNS, name).release();
    if (sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree.get()) <= 0) return false;
    static_cast<void>(subtree.release());
  }
  return add(certificate, NID_name_constraints, constraints.get(), true);
}

/// Which key signed and which is signed: how one of several authorities of the same name is told from the others.
bool add_key_ids(X509* certificate, const CertificateOptions& options, X509* issuer) {
  if (options.is_authority) {
    const OctetsPtr id(ASN1_OCTET_STRING_new());
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (X509_pubkey_digest(certificate, EVP_sha1(), hash, &size) != 1) return false;
    ASN1_STRING_set(id.get(), hash, static_cast<int>(size));
    if (!add(certificate, NID_subject_key_identifier, id.get())) return false;
  }
  const ASN1_OCTET_STRING* const signer = issuer != nullptr ? X509_get0_subject_key_id(issuer) : nullptr;
  if (signer == nullptr) return true;
  const KeyIdPtr id(AUTHORITY_KEYID_new());
  id->keyid = ASN1_OCTET_STRING_dup(signer);
  return add(certificate, NID_authority_key_identifier, id.get());
}

bool add_unknown(X509* certificate, const CertificateOptions& options) {
  if (options.unknown_critical_extension.empty()) return true;
  const ObjectPtr object(OBJ_txt2obj(options.unknown_critical_extension.c_str(), 1));
  const OctetsPtr value(ASN1_OCTET_STRING_new());
  constexpr std::string_view null_value("\x05\x00", 2);  // NULL in DER
  ASN1_STRING_set(value.get(), null_value.data(), static_cast<int>(null_value.size()));
  if (!object) return false;
  const ExtensionPtr extension(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1, value.get()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

bool add_extensions(X509* certificate, const CertificateOptions& options, X509* issuer) {
  return add_basic_constraints(certificate, options) && add_key_usage(certificate, options) &&
         add_use(certificate, options) && add_alternative_names(certificate, options) &&
         add_name_constraints(certificate, options) && add_key_ids(certificate, options, issuer) &&
         add_unknown(certificate, options);
}

}  // namespace atonce
