#include "atonce/protocols/tls/certificate_matrix.h"

#include <ctime>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/matrix_builder.h"

namespace atonce {
namespace {

using namespace std::string_literals;

constexpr std::int64_t day_s = 86'400;
constexpr const char* www = "www.example.test";

CertificateOptions leaf_for(std::string name) { return {.common_name = name, .names = {name}}; }

void add_names(MatrixBuilder& matrix) {
  const auto named = [&](std::string name, std::string meaning, std::string host, std::vector<std::string> names,
                         TlsFault expected) {
    matrix.add(std::move(name), std::move(meaning), std::move(host),
               {.common_name = "names.example.test", .names = std::move(names)}, expected);
  };
  const TlsFault good = TlsFault::none;
  const TlsFault bad = TlsFault::cert_name;
  named("good", "the host's own name", www, {www}, good);
  named("wrong_host", "another host's name", www, {"mail.example.test"}, bad);
  named("second_name", "the host's name behind others", www, {"a.example.test", "b.example.test", www}, good);
  named("upper_case", "the name in upper case", www, {"WWW.Example.TEST"}, good);
  named("last_dot", "the name with a last dot", www, {"www.example.test."}, good);
  named("parent_name", "the name of the parent domain", www, {"example.test"}, bad);
  named("wildcard", "a wildcard for one label", www, {"*.example.test"}, good);
  named("wildcard_two_labels_deep", "a wildcard, and two labels in its place", "a.b.example.test", {"*.example.test"},
        bad);
  named("wildcard_no_label", "a wildcard, and no label in its place", "example.test", {"*.example.test"}, bad);
  named("wildcard_below_top", "a wildcard right below a top-level domain", "example.test", {"*.test"}, bad);
  named("wildcard_alone", "nothing but a wildcard", www, {"*"}, bad);
  named("wildcard_partial", "a wildcard for a part of a label", www, {"w*.example.test"}, bad);
  named("wildcard_inside", "a wildcard that is not the first label", "www.a.example.test", {"www.*.example.test"}, bad);
  named("wildcard_double", "two wildcards", "a.b.example.test", {"*.*.example.test"}, bad);
  named("idn", "a name that is not ASCII, in its ASCII form", "xn--bcher-kva.example.test",
        {"xn--bcher-kva.example.test"}, good);
  named("idn_wildcard", "a wildcard for such a label", "xn--bcher-kva.example.test", {"*.example.test"}, good);
  named("nul_in_name", "the host's name, a NUL and more", www, {"www.example.test\0.evil.test"s}, bad);
  named("empty_name", "an alternative name of no bytes", www, {""}, bad);
  named("names_1000", "a thousand names, the host's last", www, numbered_names(999, www), good);
  named("names_10000", "ten thousand names: more than a handshake may hold", www, numbered_names(9'999, www),
        TlsFault::failed);
}

void add_subjects(MatrixBuilder& matrix) {
  const auto subject = [&](std::string name, std::string meaning, CertificateOptions options, TlsFault expected) {
    matrix.add(std::move(name), std::move(meaning), www, std::move(options), expected);
  };
  subject("common_name_alone", "the name in the subject alone", {.common_name = www}, TlsFault::none);
  subject("common_name_ignored", "the name in the subject, and other alternative names",
          {.common_name = www, .names = {"mail.example.test"}}, TlsFault::cert_name);
  subject("common_name_wildcard", "a wildcard in the subject alone", {.common_name = "*.example.test"}, TlsFault::none);
  subject("common_name_nul", "a NUL in the subject's name", {.common_name = "www.example.test\0.evil.test"s},
          TlsFault::cert_name);
  subject("common_name_and_email", "the name in the subject, and a mail address as alternative name",
          {.common_name = www, .emails = {"root@example.test"}}, TlsFault::none);
  subject("common_name_and_address", "the name in the subject, and an address as alternative name",
          {.common_name = www, .addresses = {IpAddress::v4(0xc0000201)}}, TlsFault::cert_name);
  subject("no_subject", "alternative names and an empty subject", {.names = {www}}, TlsFault::none);
  subject("no_name_at_all", "an empty subject and no alternative name", {}, TlsFault::cert_name);
}

void add_addresses(MatrixBuilder& matrix) {
  const std::string v4 = "127.0.0.1";
  const std::string v6 = "::1";
  const auto address = [&](std::string name, std::string meaning, const std::string& host, CertificateOptions options,
                           TlsFault expected) {
    matrix.add(std::move(name), std::move(meaning), host, std::move(options), expected);
  };
  address("address", "the host's address", v4, {.common_name = "a", .addresses = {*parse_address(v4)}}, TlsFault::none);
  address("address_v6", "the host's IPv6 address", v6, {.common_name = "a", .addresses = {*parse_address(v6)}},
          TlsFault::none);
  address("address_wrong", "another address", v4, {.common_name = "a", .addresses = {*parse_address("127.0.0.2")}},
          TlsFault::cert_name);
  address("address_as_name", "the address as if it were a name", v4, {.common_name = "a", .names = {v4}},
          TlsFault::cert_name);
  address("address_wildcard", "a wildcard in an address", v4, {.common_name = "a", .names = {"*.0.0.1"}},
          TlsFault::cert_name);
  address("address_in_subject", "the address in the subject alone", v4, {.common_name = v4}, TlsFault::none);
}

void add_dates(MatrixBuilder& matrix) {
  const std::int64_t now = std::time(nullptr);
  const auto dated = [&](std::int64_t from, std::int64_t until) {
    CertificateOptions options = leaf_for(www);
    options.not_before = from;
    options.not_after = until;
    return options;
  };
  const auto authority = [&](std::int64_t from, std::int64_t until) {
    return CertificateOptions{
        .common_name = "dated authority", .not_before = from, .not_after = until, .is_authority = true};
  };
  matrix.add("expired", "it expired yesterday", www, dated(now - 90 * day_s, now - day_s), TlsFault::cert_expired);
  matrix.add("expired_long_ago", "it expired in 1980", www, dated(3'000 * day_s, 3'650 * day_s),
             TlsFault::cert_expired);
  matrix.add("not_yet_valid", "it is valid from tomorrow on", www, dated(now + day_s, now + 90 * day_s),
             TlsFault::cert_not_yet_valid);
  matrix.add("valid_for_centuries", "it is valid until the year 2999", www, dated(now - day_s, 32'472'144'000),
             TlsFault::none);
  matrix.add_below("intermediate_expired", "the authority between has expired",
                   authority(now - 90 * day_s, now - day_s), leaf_for(www), TlsFault::cert_expired);
  matrix.add_below("intermediate_not_yet_valid", "the authority between is not valid yet",
                   authority(now + day_s, now + 90 * day_s), leaf_for(www), TlsFault::cert_not_yet_valid);
  matrix.add_root("root_expired", "the trusted root has expired", authority(now - 90 * day_s, now - day_s),
                  leaf_for(www), TlsFault::cert_expired);
}

void add_uses(MatrixBuilder& matrix) {
  const auto used = [&](std::string name, std::string meaning, CertificateUse use, TlsFault expected) {
    CertificateOptions options = leaf_for(www);
    options.use = use;
    matrix.add(std::move(name), std::move(meaning), www, std::move(options), expected);
  };
  used("use_client", "it is for clients", CertificateUse::client, TlsFault::cert_invalid);
  used("use_code_signing", "it is for signing programs", CertificateUse::code_signing, TlsFault::cert_invalid);
  used("use_any", "it does not say what it is for", CertificateUse::any, TlsFault::none);
  CertificateOptions options = leaf_for(www);
  options.unknown_critical_extension = "1.3.6.1.4.1.99999.1";
  matrix.add("critical_extension", "it has a critical extension that nobody knows", www, options,
             TlsFault::cert_invalid);
  options = leaf_for(www);
  options.broken_signature = true;
  matrix.add("broken_signature", "its signature is wrong", www, options, TlsFault::cert_invalid);
  options = leaf_for(www);
  options.is_authority = true;
  options.key_usage = false;
  matrix.add("authority_as_host", "a host that shows the certificate of an authority", www, options, TlsFault::none);
  options.key_usage = true;
  matrix.add("authority_for_signing", "the same, of a key that may do nothing but sign certificates", www, options,
             TlsFault::cert_invalid);
}

void add_strengths(MatrixBuilder& matrix) {
  const auto strength = [&](std::string name, std::string meaning, KeyKind key, SignatureHash hash, TlsFault expected) {
    CertificateOptions options = leaf_for(www);
    options.key = key;
    options.hash = hash;
    matrix.add(std::move(name), std::move(meaning), www, std::move(options), expected);
  };
  const SignatureHash strong = SignatureHash::sha256;
  strength("rsa_2048", "a key of 2,048 bits RSA", KeyKind::rsa2048, strong, TlsFault::none);
  strength("rsa_1024", "a key of 1,024 bits RSA", KeyKind::rsa1024, strong, TlsFault::cert_weak);
  strength("p384", "a P-384 key", KeyKind::p384, SignatureHash::sha384, TlsFault::none);
  strength("ed25519", "an Ed25519 key", KeyKind::ed25519, strong, TlsFault::none);
  strength("sha1", "signed with SHA-1", KeyKind::p256, SignatureHash::sha1, TlsFault::cert_weak);
  CertificateOptions with_md5 = leaf_for(www);  // By an RSA key: there is no ECDSA with MD5.
  with_md5.hash = SignatureHash::md5;
  matrix.add_root("md5", "signed with MD5", {.common_name = "RSA root", .key = KeyKind::rsa2048}, with_md5,
                  TlsFault::cert_weak);
  const auto authority = [](KeyKind key, SignatureHash hash) {
    return CertificateOptions{.common_name = "weak authority", .key = key, .hash = hash, .is_authority = true};
  };
  matrix.add_below("intermediate_rsa_1024", "the authority between has a key of 1,024 bits RSA",
                   authority(KeyKind::rsa1024, strong), leaf_for(www), TlsFault::cert_weak);
  matrix.add_below("intermediate_sha1", "the authority between is signed with SHA-1",
                   authority(KeyKind::p256, SignatureHash::sha1), leaf_for(www), TlsFault::cert_weak);
  matrix.add_root("root_sha1", "the trusted root is signed with SHA-1, by itself",
                  authority(KeyKind::p256, SignatureHash::sha1), leaf_for(www), TlsFault::none);
  matrix.add_root("root_rsa_1024", "the trusted root has a key of 1,024 bits RSA", authority(KeyKind::rsa1024, strong),
                  leaf_for(www), TlsFault::cert_weak);
}

void add_authorities(MatrixBuilder& matrix) {
  const auto below = [&](std::string name, std::string meaning, CertificateOptions authority, TlsFault expected) {
    authority.common_name = "authority between";
    matrix.add_below(std::move(name), std::move(meaning), std::move(authority), leaf_for(www), expected);
  };
  below("intermediate", "an authority between", {.is_authority = true}, TlsFault::none);
  below("intermediate_no_authority", "the authority between is none: its CA bit is missing", {.is_authority = false},
        TlsFault::cert_invalid);
  below("intermediate_no_constraints", "the authority between does not say that it is one",
        {.key_usage = false, .basic_constraints = false, .is_authority = true}, TlsFault::cert_invalid);
  below("intermediate_may_not_sign", "the authority between may not sign certificates",
        {.may_sign = false, .is_authority = true}, TlsFault::cert_invalid);
  below("intermediate_broken_signature", "the signature of the authority between is wrong",
        {.is_authority = true, .broken_signature = true}, TlsFault::cert_invalid);
  below("constraints_kept", "the authority between may sign for example.test",
        {.is_authority = true, .permitted_names = {"example.test"}}, TlsFault::none);
  below("constraints_broken", "the authority between may sign for another domain only",
        {.is_authority = true, .permitted_names = {"another.test"}}, TlsFault::cert_invalid);
  matrix.add_deep("path_length_kept", "two authorities below one that allows for one more", 1, 2, TlsFault::none);
  matrix.add_deep("path_length_exceeded", "two authorities below one that allows for none", 0, 2,
                  TlsFault::cert_invalid);
  matrix.add_deep("deep", "ten authorities, one below the other", std::nullopt, 10, TlsFault::none);
}

void add_chains(MatrixBuilder& matrix) {
  matrix.add_chain("self_signed", "signed by itself alone", Chain::self_signed, TlsFault::cert_untrusted);
  matrix.add_chain("self_signed_trusted", "signed by itself, and trusted", Chain::self_signed_trusted, TlsFault::none);
  matrix.add_chain("unknown_root", "from a root that nobody trusts", Chain::unknown_root, TlsFault::cert_untrusted);
  matrix.add_chain("unknown_root_shown", "the same, and the host shows that root", Chain::unknown_root_shown,
                   TlsFault::cert_untrusted);
  matrix.add_chain("same_name_root", "from a root that has the name of the trusted one and another key",
                   Chain::same_name_root, TlsFault::cert_untrusted);
  matrix.add_chain("root_shown", "the host shows the trusted root too", Chain::root_shown, TlsFault::none);
  matrix.add_chain("missing_intermediate", "the host does not show the authority between", Chain::missing_intermediate,
                   TlsFault::cert_untrusted);
  matrix.add_chain("intermediate_trusted", "the authority between is trusted, its root is not",
                   Chain::intermediate_trusted, TlsFault::none);
  matrix.add_chain("wrong_order", "the authorities are shown in a wrong order", Chain::wrong_order, TlsFault::none);
  matrix.add_chain("strangers_shown", "the host shows certificates that have nothing to do with it",
                   Chain::strangers_shown, TlsFault::none);
}

}  // namespace

Parsed<std::vector<CertificateCase>> make_certificate_matrix() {
  Parsed<MatrixBuilder> matrix = MatrixBuilder::make();
  if (!matrix) return std::unexpected(matrix.error());
  for (const auto add :
       {add_names, add_subjects, add_addresses, add_dates, add_uses, add_strengths, add_authorities, add_chains})
    add(*matrix);
  return matrix->take();
}

}  // namespace atonce
