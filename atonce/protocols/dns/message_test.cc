#include "atonce/protocols/dns/message.h"

#include <ares.h>
#include <gmock/gmock.h>

#include <cstring>

#include "atonce/protocols/dns/testing.h"

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Query question(std::string_view name, RecordType type = RecordType::a) { return make_query(name, type, true).value(); }
Asked asked(const Query& query) { return read_question(query.bytes()).value(); }
IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

Reply read(const Packet& packet, const Query& query) {
  EXPECT_TRUE(answers(packet.bytes(), query));
  return read_reply(packet.bytes(), query);
}

TEST(DnsQuery, AsksForTheNameWithRecursionAndSaysWhichSizeItTakes) {
  const Query query = question("www.example.com", RecordType::aaaa);
  const Asked read_back = asked(query);
  EXPECT_EQ(read_back.name, "www.example.com");
  EXPECT_EQ(read_back.type, 28);
  EXPECT_TRUE(read_back.edns);
  EXPECT_EQ(query.bytes()[2], std::byte{0x01});
  EXPECT_EQ(query.bytes().size(), 12u + 17 + 4 + 11);
}

TEST(DnsQuery, WithoutEdnsHasNothingBehindTheQuestion) {
  const Query query = make_query("example", RecordType::a, false).value();
  EXPECT_EQ(query.bytes().size(), 12 + query.question().size());
}

TEST(DnsQuery, IsNotMadeOfWhatIsNoName) {
  for (const std::string_view name : {"", ".", "..", "a..b", ".a"})
    EXPECT_FALSE(make_query(name, RecordType::a, true)) << name;
  EXPECT_FALSE(make_query(std::string_view("a\0b", 3), RecordType::a, true));
  EXPECT_FALSE(make_query(std::string(64, 'a'), RecordType::a, true));
  EXPECT_FALSE(make_query(std::string(300, 'a'), RecordType::a, true));
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  EXPECT_TRUE(make_query(longest, RecordType::a, true));
  EXPECT_FALSE(make_query(longest + "b.c", RecordType::a, true));
}

TEST(DnsReply, GivesAllAddressesInOrderAndTheShortestTtl) {
  const Query query = question("example.com");
  Packet packet = respond(asked(query), 0, 2);
  packet.pointer(question_at).record(1, 300, 4).address("192.0.2.1");
  packet.pointer(question_at).record(1, 60, 4).address("192.0.2.2");
  const Reply reply = read(packet, query);
  EXPECT_EQ(reply.kind, ReplyKind::addresses);
  EXPECT_THAT(reply.addresses, ElementsAre(ip("192.0.2.1"), ip("192.0.2.2")));
  EXPECT_EQ(reply.ttl_s, 60u);
}

TEST(DnsReply, GivesIpv6Addresses) {
  const Query query = question("example.com", RecordType::aaaa);
  EXPECT_THAT(read(respond_with(asked(query), {"2001:db8::7"}), query).addresses, ElementsAre(ip("2001:db8::7")));
}

TEST(DnsReply, AgreesWithCaresOnAnHonestAnswer) {
  const Query query = question("www.example.com");
  Packet packet = respond(asked(query), 0, 3);
  packet.pointer(question_at).record(5, 120, 6).u8(3).u8('c').u8('d').u8('n').pointer(question_at + 4);
  const unsigned target = static_cast<unsigned>(packet.size()) - 6;
  packet.pointer(target).record(1, 60, 4).address("192.0.2.1");
  packet.pointer(target).record(1, 90, 4).address("192.0.2.2");
  std::array<ares_addrttl, 4> found;
  int count = found.size();
  ASSERT_EQ(ares_parse_a_reply(reinterpret_cast<const unsigned char*>(packet.bytes().data()),
                               static_cast<int>(packet.size()), nullptr, found.data(), &count),
            ARES_SUCCESS);
  const Reply reply = read(packet, query);
  ASSERT_EQ(count, 2);
  ASSERT_THAT(reply.addresses, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(0, std::memcmp(&found[i].ipaddr, reply.addresses[i].bytes.data(), 4));
  EXPECT_EQ(reply.ttl_s, 60u);
}

TEST(DnsReply, DoesNotCareForCaseOfNames) {
  const Query query = question("example.com");
  Packet packet = respond(asked(query), 0, 1);
  packet.name("EXAMPLE.Com").record(1, 5, 4).address("192.0.2.1");
  EXPECT_THAT(read(packet, query).addresses, ElementsAre(ip("192.0.2.1")));
}

TEST(DnsReply, LeavesOutAddressesOfOtherNames) {
  const Query query = question("example.com");
  Packet packet = respond(asked(query), 0, 2);
  packet.name("evil.com").record(1, 5, 4).address("203.0.113.1");
  packet.pointer(question_at).record(1, 5, 4).address("192.0.2.1");
  EXPECT_THAT(read(packet, query).addresses, ElementsAre(ip("192.0.2.1")));
}

TEST(DnsReply, FollowsAliasesAlsoOutOfOrder) {
  const Query query = question("a.example");
  Packet packet = respond(asked(query), 0, 3);
  packet.name("c.example").record(1, 50, 4).address("192.0.2.3");
  packet.name("b.example").record(5, 40, 11).name("c.example");
  packet.name("a.example").record(5, 30, 11).name("b.example");
  const Reply reply = read(packet, query);
  EXPECT_THAT(reply.addresses, ElementsAre(ip("192.0.2.3")));
  EXPECT_EQ(reply.ttl_s, 30u);
}

TEST(DnsReply, NamesTheTargetOfAnAliasOfWhichItSaysNothing) {
  const Query query = question("a.example");
  Packet packet = respond(asked(query), 0, 1);
  packet.pointer(question_at).record(5, 30, 11).name("B.Example");
  const Reply reply = read(packet, query);
  EXPECT_EQ(reply.kind, ReplyKind::alias);
  EXPECT_EQ(reply.alias, "b.example");
}

TEST(DnsReply, TakesSixteenAliasesAndCallsSeventeenALoop) {
  for (const int links : {16, 17}) {
    const Query query = question("n0.example");
    Packet packet = respond(asked(query), 0, static_cast<unsigned>(links) + 1);
    for (int i = 0; i < links; ++i) {
      const std::string next = "n" + std::to_string(i + 1) + ".example";
      packet.name("n" + std::to_string(i) + ".example").record(5, 9, static_cast<unsigned>(next.size()) + 2).name(next);
    }
    packet.name("n" + std::to_string(links) + ".example").record(1, 9, 4).address("192.0.2.1");
    EXPECT_EQ(read(packet, query).kind, links == 16 ? ReplyKind::addresses : ReplyKind::invalid);
  }
}

TEST(DnsReply, CallsAnAliasOfItselfInvalid) {
  const Query query = question("a.example");
  Packet packet = respond(asked(query), 0, 1);
  packet.pointer(question_at).record(5, 30, 2).pointer(question_at);
  EXPECT_EQ(read(packet, query).kind, ReplyKind::invalid);
}

TEST(DnsReply, KeepsSixtyFourOfFourThousandAddresses) {
  const Query query = question("example.com");
  Packet packet = respond(asked(query), 0, 4'000);
  for (int i = 0; i < 4'000; ++i) packet.pointer(question_at).record(1, 5, 4).u32(0xc0000200);
  EXPECT_THAT(read(packet, query).addresses, SizeIs(addresses_max));
}

TEST(DnsReply, TellsAnUnknownNameFromANameWithoutAddress) {
  const Query query = question("example.com");
  const Reply unknown = read(respond_negative(asked(query), 3, 77), query);
  EXPECT_EQ(unknown.kind, ReplyKind::no_name);
  EXPECT_EQ(unknown.ttl_s, 77u);
  const Reply empty = read(respond_negative(asked(query), 0, 99'999), query);
  EXPECT_EQ(empty.kind, ReplyKind::no_address);
  EXPECT_EQ(empty.ttl_s, 3'600u) << "the SOA itself holds no longer";
}

TEST(DnsReply, HoldsNotAtAllWhenNegativeWithoutSoa) {
  const Query query = question("example.com");
  EXPECT_EQ(read(respond(asked(query), 3), query).ttl_s, 0u);
}

TEST(DnsReply, ReadsTheCodesOfFailure) {
  const Query query = question("example.com");
  EXPECT_EQ(read(respond(asked(query), 1), query).kind, ReplyKind::format_error);
  EXPECT_EQ(read(respond(asked(query), 2), query).kind, ReplyKind::server_failure);
  EXPECT_EQ(read(respond(asked(query), 4), query).kind, ReplyKind::format_error);
  EXPECT_EQ(read(respond(asked(query), 5), query).kind, ReplyKind::refused);
  EXPECT_EQ(read(respond(asked(query), 9), query).kind, ReplyKind::server_failure);
}

TEST(DnsReply, IsTruncatedWhenTheServerSaysSo) {
  const Query query = question("example.com");
  EXPECT_EQ(read(respond(asked(query)).patch(2, 0x8380), query).kind, ReplyKind::truncated);
}

TEST(DnsReply, CountsATtlWithTheTopBitAsZero) {
  const Query query = question("example.com");
  EXPECT_EQ(read(respond_with(asked(query), {"192.0.2.1"}, 0x8000'0001), query).ttl_s, 0u);
}

TEST(DnsReply, IsInvalidWhenAnAddressHasTheWrongLength) {
  const Query query = question("example.com");
  Packet packet = respond(asked(query), 0, 1);
  packet.pointer(question_at).record(1, 5, 5).u32(1).u8(1);
  EXPECT_EQ(read(packet, query).kind, ReplyKind::invalid);
}

TEST(DnsReply, IsInvalidWhenItEndsTooEarlyWhereverItIsCut) {
  const Query query = question("example.com");
  const Packet whole = respond_with(asked(query), {"192.0.2.1"});
  const std::size_t answers_begin = 12 + query.question().size();
  for (std::size_t size = answers_begin; size < whole.size(); ++size) {
    const Packet cut(std::span(whole.bytes()).first(size));
    EXPECT_EQ(read(cut, query).kind, ReplyKind::invalid) << size;
  }
}

TEST(DnsReply, SurvivesPointersThatLoopOrLeadForward) {
  const Query query = question("example.com");
  for (const unsigned target : {0x3fffu, 29u, 30u, 31u, 40u}) {
    Packet packet = respond(asked(query), 0, 2);
    packet.pointer(target).record(1, 5, 4).address("192.0.2.1");
    packet.pointer(target).record(5, 5, 2).pointer(target);
    EXPECT_NE(read(packet, query).kind, ReplyKind::addresses) << target;
  }
}

TEST(DnsAnswers, MustRepeatTheQuestionAndBeAResponse) {
  const Query query = question("example.com");
  const Asked same = asked(query);
  EXPECT_TRUE(answers(respond(same).bytes(), query));
  EXPECT_FALSE(answers(query.bytes(), query)) << "a question is no response";
  EXPECT_FALSE(answers(respond(asked(question("example.org"))).bytes(), query));
  EXPECT_FALSE(answers(respond(asked(question("example.com", RecordType::aaaa))).bytes(), query));
  EXPECT_TRUE(answers(respond(asked(question("EXAMPLE.com"))).bytes(), query));
  EXPECT_FALSE(answers({}, query));
}

TEST(DnsAnswers, WithoutAQuestionCountOnlyWhenTheyReportAnError) {
  const Query query = question("example.com");
  Packet packet;
  packet.u16(0).u16(0x8180).u16(0).u16(0).u16(0).u16(0);
  EXPECT_FALSE(answers(packet.bytes(), query));
  EXPECT_TRUE(answers(packet.patch(2, 0x8181).bytes(), query));
  EXPECT_FALSE(answers(packet.patch(2, 0x8183).bytes(), query)) << "no name is not said without saying which";
}

}  // namespace
}  // namespace atonce
