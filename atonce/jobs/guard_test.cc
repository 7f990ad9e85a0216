#include "atonce/jobs/guard.h"

#include <gtest/gtest.h>

#include "atonce/model/special_use.h"

namespace atonce {
namespace {

using Addresses = std::vector<IpAddress>;

Addresses all(std::initializer_list<std::string_view> literals) {
  Addresses addresses;
  for (const std::string_view literal : literals) addresses.push_back(parse_address(literal).value());
  return addresses;
}

const ExcludeList excludes_some = ExcludeList::parse("8.8.8.0/24\nleave-me.example", "list").value();
const ExcludeList excludes_nothing;

TEST(Guard, EverySpecialRangeIsRefusedForNamesAndAllowedByTheFlag) {
  for (const SpecialUse& row : all_special_uses()) {
    for (const IpAddress& address : {row.network.address, row.network.last()}) {
      if (special_use_of(address) == nullptr) continue;
      Addresses found{address};
      EXPECT_EQ(Guard(excludes_nothing, false).keep_allowed(found), Verdict::special_use) << row.name;
      found = {address};
      EXPECT_EQ(Guard(excludes_nothing, true).keep_allowed(found), std::nullopt) << row.name;
      EXPECT_EQ(found, Addresses{address});
    }
  }
}

TEST(Guard, OfMixedAnswersThePublicOnesAreLeftInTheirOrder) {
  Addresses found = all({"127.0.0.1", "1.1.1.1", "fe80::1", "2606:4700::1", "::ffff:10.0.0.1", "9.9.9.9"});
  EXPECT_EQ(Guard(excludes_nothing, false).keep_allowed(found), std::nullopt);
  EXPECT_EQ(found, all({"1.1.1.1", "2606:4700::1", "9.9.9.9"}));
}

TEST(Guard, ExcludedAddressesAreRefusedEvenWhereSpecialOnesAreAllowed) {
  for (const bool allow_private : {false, true}) {
    Addresses found = all({"8.8.8.8"});
    EXPECT_EQ(Guard(excludes_some, allow_private).keep_allowed(found), Verdict::excluded);
  }
}

TEST(Guard, AnOwnersWishComesBeforeARange) {
  Addresses found = all({"127.0.0.1", "8.8.8.8", "10.0.0.1"});
  EXPECT_EQ(Guard(excludes_some, false).keep_allowed(found), Verdict::excluded);
}

TEST(Guard, AnAddressTheUserWroteIsOnlyHeldAgainstTheExcludeList) {
  const Guard guard(excludes_some, false);
  EXPECT_FALSE(guard.refuses({.host = "127.0.0.1", .address = parse_address("127.0.0.1").value()}));
  EXPECT_TRUE(guard.refuses({.host = "8.8.8.8", .address = parse_address("8.8.8.8").value()}));
  EXPECT_TRUE(guard.refuses({.host = "www.leave-me.example"}));
  EXPECT_FALSE(guard.refuses({.host = "example"}));
}

}  // namespace
}  // namespace atonce
