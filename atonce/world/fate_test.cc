#include "atonce/world/fate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "atonce/world/names.h"
#include "atonce/world/truth.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

WorldSpec world(std::string_view text) { return parse_world_spec(text).value(); }

TEST(Fate, IsPureAndBlindToCaseAndATrailingDot) {
  const WorldSpec spec = world("stormy,seed=5");
  for (std::uint64_t rank = 1; rank <= 2'000; ++rank) {
    const std::string name = world_name(1, rank);
    std::string loud = name + ".";
    for (char& letter : loud)
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
    const NameFate fate = fate_of(spec, name), same = fate_of(world("stormy,seed=5"), loud);
    ASSERT_EQ(fate.verdict, same.verdict) << name;
    ASSERT_EQ(fate.address, same.address) << name;
    ASSERT_EQ(fate.dns_delay, same.dns_delay) << name;
  }
}

TEST(Fate, ChangesWithTheSeed) {
  int changed = 0;
  for (std::uint64_t rank = 1; rank <= 1'000; ++rank)
    changed += fate_of(world("stormy,seed=1"), world_name(1, rank)).verdict !=
               fate_of(world("stormy,seed=2"), world_name(1, rank)).verdict;
  EXPECT_GT(changed, 500);
}

TEST(Fate, SharesOf100000NamesMatchTheProfile) {
  constexpr double names = 100'000;
  for (const char* profile : {"calm", "fast", "mixed", "stormy", "far-calm"}) {
    const WorldSpec spec = world(profile);
    std::array<int, verdict_count> seen{};
    for (std::uint64_t rank = 1; rank <= 100'000; ++rank)
      ++seen[place_of_fate(fate_of(spec, world_name(3, rank)).verdict)];
    for (std::size_t i = 0; i < fate_count; ++i) {
      const double share = spec.shares[i] / 10'000.0;
      // Five standard deviations of a binomial count.
      EXPECT_NEAR(seen[i], share * names, 5 * std::sqrt(names * share * (1 - share)) + 0.5)
          << profile << " " << name_of(all_fates[i]);
    }
  }
}

TEST(Fate, AddressTellsTheSameFateAsTheName) {
  for (const char* profile : {"stormy", "far-stormy"}) {
    const WorldSpec spec = world(profile);
    for (std::uint64_t rank = 1; rank <= 20'000; ++rank) {
      const NameFate fate = fate_of(spec, world_name(1, rank));
      const bool resolves = fate.verdict <= Verdict::unreachable;
      ASSERT_EQ(static_cast<bool>(fate.address), resolves);
      if (resolves) ASSERT_EQ(fate_of_address(spec, fate.address), fate.verdict) << write_address(fate.address);
    }
  }
}

TEST(Fate, NothingIsUnreachableWithoutAPrivateNetwork) {
  WorldSpec spec = world("stormy");
  int closed = 0;
  for (std::uint64_t rank = 1; rank <= 5'000; ++rank) {
    const std::string name = world_name(1, rank);
    spec.private_network = true;
    const bool was_unreachable = fate_of(spec, name).verdict == Verdict::unreachable;
    spec.private_network = false;
    const NameFate fate = fate_of(spec, name);
    ASSERT_NE(fate.verdict, Verdict::unreachable);
    if (was_unreachable) ASSERT_EQ(fate.verdict, Verdict::closed);
    closed += was_unreachable;
  }
  EXPECT_GT(closed, 300);
  EXPECT_EQ(fate_of_address(spec, *parse_address("127.4.1.1")), Verdict::closed);
}

TEST(Fate, SomeOpenNamesHaveAnIpv6AddressThatIsOpenToo) {
  WorldSpec spec = world("calm");
  int with_v6 = 0;
  for (std::uint64_t rank = 1; rank <= 10'000; ++rank) {
    const NameFate fate = fate_of(spec, world_name(1, rank));
    if (!fate.address_v6) continue;
    ++with_v6;
    ASSERT_EQ(fate.verdict, Verdict::open);
    ASSERT_EQ(fate_of_address(spec, fate.address_v6), Verdict::open);
  }
  EXPECT_NEAR(with_v6, 160, 65);
  spec.ipv6 = false;
  for (std::uint64_t rank = 1; rank <= 2'000; ++rank) ASSERT_FALSE(fate_of(spec, world_name(1, rank)).address_v6);
}

TEST(Fate, DelaysHaveTheMedianThatWasAskedFor) {
  const WorldSpec spec = world("open,dns=40ms");
  int below_median = 0;
  for (std::uint64_t rank = 1; rank <= 10'000; ++rank) {
    const Duration delay = fate_of(spec, world_name(1, rank)).dns_delay;
    ASSERT_GE(delay, 10ms);
    ASSERT_LE(delay, 70ms);
    below_median += delay < 40ms;
  }
  EXPECT_NEAR(below_median, 5'000, 250);
}

TEST(Fate, AliasesShareTheFateOfTheNameTheyStandBefore) {
  const WorldSpec spec = world("stormy");
  for (std::uint64_t rank = 1; rank <= 500; ++rank) {
    const std::string name = world_name(1, rank);
    EXPECT_EQ(fate_of(spec, "cdn-edge.cdn-edge." + name).address, fate_of(spec, name).address);
  }
}

TEST(Fate, LocalhostAndArpaAreAsResolversHaveThem) {
  const WorldSpec spec = world("open");
  EXPECT_EQ(fate_of(spec, "localhost").verdict, Verdict::closed);
  EXPECT_EQ(write_address(fate_of(spec, "a.LOCALHOST.").address), "127.0.0.1");
  EXPECT_EQ(fate_of(spec, "notlocalhost").verdict, Verdict::open);
  EXPECT_EQ(fate_of(spec, "1.0.0.127.in-addr.arpa").verdict, Verdict::no_name);
  EXPECT_EQ(fate_of(spec, "").verdict, Verdict::no_name);
}

TEST(FateOfAddress, KnowsEachBlockOfBothGrounds) {
  const struct {
    const char* profile;
    const char* address;
    Verdict verdict;
  } cases[] = {
      {"calm", "127.1.0.0", Verdict::open},
      {"calm", "127.1.0.255", Verdict::open},
      {"calm", "127.1.1.0", Verdict::closed},
      {"calm", "127.2.9.9", Verdict::closed},
      {"calm", "127.3.0.63", Verdict::timeout},
      {"calm", "127.3.0.64", Verdict::closed},
      {"calm", "127.4.255.255", Verdict::unreachable},
      {"calm", "127.0.0.1", Verdict::closed},
      {"calm", "::1", Verdict::closed},
      {"calm", "::ffff:127.1.0.1", Verdict::open},
      {"calm", "192.0.2.1", Verdict::local_no_route},
      {"calm", "2001:db8::1", Verdict::local_no_route},
      {"calm", "10.16.0.1", Verdict::local_no_route},
      {"far-calm", "10.16.0.1", Verdict::open},
      {"far-calm", "10.32.0.1", Verdict::closed},
      {"far-calm", "10.48.0.1", Verdict::timeout},
      {"far-calm", "10.64.0.1", Verdict::unreachable},
      {"far-calm", "10.0.0.9", Verdict::timeout},
      {"far-calm", "127.1.0.1", Verdict::closed},
      {"far-open", "10.200.1.2", Verdict::open},
  };
  for (const auto& [profile, address, verdict] : cases)
    EXPECT_EQ(fate_of_address(world(profile), *parse_address(address)), verdict) << profile << " " << address;
}

TEST(FateOfAddress, MixesTheUpperHalfOfTunByTheProfile) {
  const WorldSpec spec = world("far-mixed");
  std::array<int, verdict_count> seen{};
  for (std::uint32_t i = 0; i < 100'000; ++i)
    ++seen[place_of_fate(fate_of_address(spec, IpAddress::v4(0x0a800000 + i)))];
  EXPECT_NEAR(seen[place_of_fate(Verdict::open)], 10'000, 475);
  EXPECT_NEAR(seen[place_of_fate(Verdict::closed)], 20'000, 635);
  EXPECT_NEAR(seen[place_of_fate(Verdict::timeout)], 70'000, 725);
}

TEST(WorldNames, AreDistinctAndValid) {
  constexpr std::uint64_t count = 1'000'000;
  std::unordered_set<std::uint64_t> hashes;
  hashes.reserve(count);
  const auto valid = [](char letter) { return (letter >= 'a' && letter <= 'z') || letter == '.'; };
  for (std::uint64_t rank = 1; rank <= count; ++rank) {
    const std::string name = world_name(7, rank);
    ASSERT_TRUE(std::ranges::all_of(name, valid)) << name;
    ASSERT_LE(name.size(), 40u);
    ASSERT_TRUE(hashes.insert(std::hash<std::string>{}(name)).second) << name;
  }
}

TEST(WorldNames, AreDistinctAroundEveryLengthAndFarOut) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const std::uint64_t start : {1ull, 262'000ull, 33'816'000ull, 100'000'000ull, 8'623'000'000ull, ~0ull - 3'000})
    for (std::uint64_t rank = start; rank < start + 2'000; ++rank, ++count) names.insert(world_name(1, rank));
  EXPECT_EQ(names.size(), count);
}

TEST(Truth, WritesARowWithTheExpectedVerdict) {
  const WorldSpec spec = world("open");
  EXPECT_EQ(write_truth_row(spec, {.line = 3, .input = "Example.com", .host = "example.com", .port = 443}),
            "{\"line\":3,\"input\":\"Example.com\",\"port\":443,\"verdict\":\"open\"}\n");
  EXPECT_EQ(truth_of(spec, {.host = "example.com", .port = 80}), Verdict::closed) << "open hosts listen on 443 alone";
  EXPECT_EQ(truth_of(spec, {.host = "127.3.0.1", .address = *parse_address("127.3.0.1"), .port = 443}),
            Verdict::timeout);
}

TEST(Truth, EscapesWhateverTheInputHolds) {
  const std::string row =
      write_truth_row(world("open"), {.line = 1, .input = "a\"\\\x01\xff\xc3\xa9", .complaint = "nonsense"});
  EXPECT_EQ(
      row,
      "{\"line\":1,\"input\":\"a\\\"\\\\\\u0001\xef\xbf\xbd\xc3\xa9\",\"port\":0,\"verdict\":\"invalid_input\"}\n");
}

}  // namespace
}  // namespace atonce
