#include "atonce/protocols/dns/system_resolver.h"

#include <gmock/gmock.h>
#include <netdb.h>

#include <cerrno>

#include "atonce/runtime/sim_io.h"

namespace atonce {
namespace {

TEST(SystemResolver, GivesEveryErrorOfTheLibraryItsVerdict) {
  EXPECT_EQ(failure_of_getaddrinfo(EAI_NONAME, 0), LookupFailure(Verdict::no_name));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_NODATA, 0), LookupFailure(Verdict::no_address));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_AGAIN, 0), LookupFailure(Verdict::dns_timeout));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_FAIL, 0), LookupFailure(Verdict::dns_failure));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_MEMORY, 0), LookupFailure(Verdict::local_shortage, ENOMEM));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_SYSTEM, EMFILE), LookupFailure(Verdict::local_shortage, EMFILE));
  EXPECT_EQ(failure_of_getaddrinfo(EAI_SYSTEM, EIO), LookupFailure(Verdict::local_error, EIO));
}

TEST(SystemResolver, FindsALiteralWithoutANetwork) {
  SimIo io{seed(1)};
  const Lookup lookup = io.run(ask_system(io, "192.0.2.1", AddressChoice::v4_only));
  ASSERT_TRUE(lookup);
  EXPECT_EQ(lookup->front(), IpAddress::v4(0xc0000201));
}

}  // namespace
}  // namespace atonce
