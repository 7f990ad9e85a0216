#include "atonce/world/dns_answer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "atonce/world/fate.h"
#include "atonce/world/names.h"
#include "atonce/world/test_dns.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

const WorldSpec& stormy() {
  static const WorldSpec spec = parse_world_spec("stormy").value();
  return spec;
}

std::string name_with(const WorldSpec& spec, auto&& wanted) {
  for (std::uint64_t rank = 1; rank < 1'000'000; ++rank)
    if (const std::string name = world_name(1, rank); wanted(fate_of(spec, name))) return name;
  return {};
}

struct Answered {
  DnsReply reply;
  DnsAnswerView view;
};

Answered ask(const WorldSpec& spec, const std::vector<std::uint8_t>& query,
             DnsTransport transport = DnsTransport::udp) {
  std::array<std::uint8_t, dns_reply_max> place{};
  const DnsReply reply = answer_dns(spec, query, transport, place);
  return {reply, read_dns_answer(std::span(place).first(reply.size))};
}

TEST(DnsAnswer, GivesTheAddressOfTheFateAndEchoesTheQuestion) {
  const std::string name =
      name_with(stormy(), [](const NameFate& fate) { return fate.address && !fate.truncated && fate.aliases == 0; });
  const auto [reply, view] = ask(stormy(), write_dns_query(0x1234, name, 1));
  EXPECT_EQ(view.id, 0x1234);
  EXPECT_EQ(view.code, 0);
  ASSERT_EQ(view.addresses.size(), 1u);
  EXPECT_EQ(view.addresses[0], fate_of(stormy(), name).address);
  EXPECT_EQ(view.question, name);
  EXPECT_EQ(reply.delay, fate_of(stormy(), name).dns_delay);
}

TEST(DnsAnswer, LeadsThroughAliasesToTheAddress) {
  for (const unsigned links : {1u, 2u}) {
    const std::string name =
        name_with(stormy(), [&](const NameFate& fate) { return fate.aliases == links && !fate.truncated; });
    const auto [reply, view] = ask(stormy(), write_dns_query(1, name, 1));
    ASSERT_EQ(view.aliases.size(), links);
    EXPECT_EQ(view.aliases[0], "cdn-edge." + name);
    ASSERT_EQ(view.addresses.size(), 1u);
    EXPECT_EQ(view.addresses[0], fate_of(stormy(), name).address);
    EXPECT_EQ(fate_of(stormy(), view.aliases.back()).address, view.addresses[0]);
  }
}

TEST(DnsAnswer, HasACodeForEachFailure) {
  const struct {
    Verdict verdict;
    int code;
  } cases[] = {{Verdict::no_name, 3}, {Verdict::dns_failure, 2}, {Verdict::dns_refused, 5}, {Verdict::no_address, 0}};
  for (const auto& [verdict, code] : cases) {
    const std::string name =
        name_with(stormy(), [&](const NameFate& fate) { return fate.verdict == verdict && !fate.truncated; });
    const auto [reply, view] = ask(stormy(), write_dns_query(1, name, 1));
    EXPECT_EQ(view.code, code) << name;
    EXPECT_TRUE(view.addresses.empty());
  }
  const std::string silent =
      name_with(stormy(), [](const NameFate& fate) { return fate.verdict == Verdict::dns_timeout; });
  EXPECT_EQ(ask(stormy(), write_dns_query(1, silent, 1)).reply.size, 0u);
  EXPECT_EQ(ask(stormy(), write_dns_query(1, silent, 1), DnsTransport::tcp).reply.size, 0u);
}

TEST(DnsAnswer, TruncatesItsShareOverUdpAndNeverOverTcp) {
  const std::string name = name_with(stormy(), [](const NameFate& fate) { return fate.truncated && fate.address; });
  const auto udp = ask(stormy(), write_dns_query(1, name, 1)).view;
  EXPECT_TRUE(udp.truncated);
  EXPECT_TRUE(udp.addresses.empty());
  const auto tcp = ask(stormy(), write_dns_query(1, name, 1), DnsTransport::tcp).view;
  EXPECT_FALSE(tcp.truncated);
  EXPECT_EQ(tcp.addresses.size(), 1u);
}

TEST(DnsAnswer, HasNoDataForOtherTypes) {
  const std::string name =
      name_with(stormy(), [](const NameFate& fate) { return fate.address && !fate.address_v6 && !fate.truncated; });
  for (const std::uint16_t type : {28, 15, 16, 65}) {
    const auto view = ask(stormy(), write_dns_query(1, name, type)).view;
    EXPECT_EQ(view.code, 0);
    EXPECT_TRUE(view.addresses.empty());
  }
}

TEST(DnsAnswer, GivesTheIpv6AddressOfTheFewThatHaveOne) {
  const std::string name = name_with(stormy(), [](const NameFate& fate) { return fate.address_v6 && !fate.truncated; });
  const auto view = ask(stormy(), write_dns_query(1, name, 28)).view;
  EXPECT_EQ(view.addresses, std::vector{fate_of(stormy(), name).address_v6});
  EXPECT_EQ(ask(stormy(), write_dns_query(1, name, 1)).view.addresses, std::vector{fate_of(stormy(), name).address});
}

TEST(DnsAnswer, AnswersEdnsWithEdns) {
  EXPECT_TRUE(ask(stormy(), write_dns_query(1, "example.com", 1, true)).view.edns);
  EXPECT_FALSE(ask(stormy(), write_dns_query(1, "example.com", 1, false)).view.edns);
}

TEST(DnsAnswer, RefusesNonsenseInOrder) {
  std::vector<std::uint8_t> query = write_dns_query(1, "example.com", 1);
  EXPECT_EQ(ask(stormy(), {}).reply.size, 0u);
  std::vector<std::uint8_t> response = query;
  response[2] |= 0x80;
  EXPECT_EQ(ask(stormy(), response).reply.size, 0u) << "two resolvers must not talk for ever";
  std::vector<std::uint8_t> status = query;
  status[2] |= 2 << 3;
  EXPECT_EQ(ask(stormy(), status).view.code, 4);
  std::vector<std::uint8_t> cut(query.begin(), query.end() - 3);
  EXPECT_EQ(ask(stormy(), cut).view.code, 1);
  std::vector<std::uint8_t> pointer = query;
  pointer[12] = 0xc0;
  EXPECT_EQ(ask(stormy(), pointer).view.code, 1);
}

TEST(DnsAnswer, SurvivesAnyBytes) {
  std::mt19937_64 random{11};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint8_t> query = write_dns_query(1, world_name(1, random() % 1'000 + 1), 1, true);
    for (std::uint64_t flips = random() % 4 + 1; flips > 0; --flips)
      query[random() % query.size()] = static_cast<std::uint8_t>(random());
    query.resize(random() % 3 == 0 ? random() % (query.size() + 1) : query.size());
    const auto [reply, view] = ask(stormy(), query);
    EXPECT_LE(reply.size, dns_reply_max);
  }
}

TEST(DnsAnswer, FitsTheLongestName) {
  const std::string label(63, 'a');
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(name.size(), 253u);
  const auto [reply, view] =
      ask(parse_world_spec("open").value(), write_dns_query(1, name, 1, true), DnsTransport::tcp);
  EXPECT_EQ(view.question, name);
  EXPECT_EQ(view.addresses.size(), 1u);
}

}  // namespace
}  // namespace atonce
