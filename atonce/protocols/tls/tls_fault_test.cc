#include "atonce/protocols/tls/tls_fault.h"

#include <gmock/gmock.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <set>

namespace atonce {
namespace {

TEST(TlsFault, EachOneIsAVerdictOfItsOwn) {
  std::set<Verdict> verdicts;
  for (int fault = 1; fault <= static_cast<int>(TlsFault::cert_invalid); ++fault)
    verdicts.insert(verdict_of(static_cast<TlsFault>(fault)));
  EXPECT_EQ(verdicts.size(), static_cast<std::size_t>(TlsFault::cert_invalid));
}

TEST(TlsFault, WhatVerificationFindsIsAFaultOfTheCertificate) {
  EXPECT_EQ(fault_of_verify_code(X509_V_OK), TlsFault::none);
  EXPECT_EQ(fault_of_verify_code(X509_V_ERR_CERT_HAS_EXPIRED), TlsFault::cert_expired);
  EXPECT_EQ(fault_of_verify_code(X509_V_ERR_HOSTNAME_MISMATCH), TlsFault::cert_name);
  for (int code = 1; code < 100; ++code) EXPECT_GE(fault_of_verify_code(code), TlsFault::cert_expired) << code;
}

}  // namespace
}  // namespace atonce
