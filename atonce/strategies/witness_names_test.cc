#include "atonce/strategies/witness_names.h"

#include <gmock/gmock.h>

#include <set>

#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr Instant zero(1'000s);

Endpoint server(std::uint32_t last) { return {IpAddress::v4(0xc000'0200 + last), 53}; }

std::set<std::string> all_of(AnsweredNames& names) {
  std::set<std::string> all;
  for (std::size_t i = 0; i < AnsweredNames::names_max; ++i)
    if (const auto name = names.next()) all.insert(*name);
  return all;
}

TEST(AnsweredNames, KeepsTheLastFewThatDiffer) {
  AnsweredNames names;
  EXPECT_TRUE(names.empty());
  EXPECT_FALSE(names.next());
  for (int i = 0; i < 20; ++i) {
    names.offer("n" + std::to_string(i) + ".example", zero + i * 20ms);
    names.offer("n" + std::to_string(i) + ".example", zero + i * 20ms + 10ms);
  }
  EXPECT_THAT(all_of(names), UnorderedElementsAre("n12.example", "n13.example", "n14.example", "n15.example",
                                                  "n16.example", "n17.example", "n18.example", "n19.example"));
}

TEST(AnsweredNames, TakesOneInTenMillisecondsAtMost) {
  AnsweredNames names;
  names.offer("a.example", zero);
  names.offer("b.example", zero + 9ms);
  names.offer("c.example", zero + 10ms);
  EXPECT_THAT(all_of(names), UnorderedElementsAre("a.example", "c.example"));
}

TEST(AnsweredNames, LeavesOutWhatNoServerIsAskedFor) {
  AnsweredNames names;
  for (const char* name : {"", "localhost", "printer", "a.localhost", "abc.onion"}) names.offer(name, zero);
  EXPECT_TRUE(names.empty());
  names.offer("notlocalhost.example", zero);
  EXPECT_FALSE(names.empty());
}

TEST(WitnessNames, NoAnswerComesFromThisMachine) {
  ResolverConfig run{.servers = {server(1)}, .search = {"corp.example"}, .rounds = 5};
  run.hosts = std::make_shared<const HostsFile>(HostsFile::parse("192.0.2.1 a.example\n"));
  const ResolverConfig config = config_for_witness(run, 2s, 0);
  EXPECT_TRUE(config.search.empty());
  EXPECT_FALSE(config.hosts);
  EXPECT_EQ(config.cache_entries_max, 0u);
}

TEST(WitnessNames, GivesEveryServerItsShareOfThePatience) {
  ResolverConfig run;
  for (std::uint32_t i = 0; i < 5; ++i) run.servers.push_back(server(i));
  const ResolverConfig config = config_for_witness(run, 2s, 9);
  EXPECT_THAT(config.servers, ElementsAre(server(4), server(0), server(1))) << "each of many has its turn";
  EXPECT_LE(config.timeout * 3 * 3, 2s) << "two rounds, the second twice as long";
  EXPECT_GT(config.timeout * 3 * 3, 1'900ms);
}

TEST(WitnessNames, SilenceEndsWithThePatience) {
  SimIo io{seed(7)};
  const Instant start = io.now();
  io.host("192.0.2.1").latency(20ms);
  EXPECT_FALSE(io.run(is_answered(io, config_for_witness({.servers = {server(1)}}, 2s, 0), "a.example")));
  EXPECT_LE(io.now() - start, 2'100ms);
}

}  // namespace
}  // namespace atonce
